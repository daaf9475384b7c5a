package dev.glimpse.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelCardTest {
  @Test
  void factsAreThoseThatTheCardHas() {
    assertEquals(
        Map.of("model", "cvae", "classes", "[\"cat\",\"a \\\"dog\\\"\"]"),
        ModelCard.facts(
            "{\"model\": \"cvae\", \"epochs\": 3, \"classes\": [\"cat\", \"a \\\"dog\\\"\"]}"));
    assertEquals(Map.of("model", "vae"), ModelCard.facts("{\"model\": \"vae\", \"classes\": []}"));
  }

  @Test
  void anotherTextHasNone() {
    for (String text : new String[] {"", "a description", "[1, 2]", "{\"model\": null}", "{"}) {
      assertEquals(Map.of(), ModelCard.facts(text), text);
    }
  }
}
