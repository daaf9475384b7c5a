package dev.glimpse.cli.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CompletionResultTest {
  @Test
  void othersResultsAreForTheSameQuadrants() {
    assertEquals(3, CompletionResult.referencesFor("1").size());
    assertEquals(45.6, CompletionResult.referencesFor("2").get(2).value());
    assertTrue(CompletionResult.referencesFor("mask.png").isEmpty());
  }
}
