package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasureTest {
  @Test
  void theBestKnownComesFirst() {
    Map<String, Double> values =
        Map.of("kl", 1.0, "zeta", 2.0, "elbo", 3.0, "alpha", 4.0, "reconstruction", 5.0);
    Map<String, Double> ordered = Measure.ordered(values);
    assertEquals(
        List.of("elbo", "kl", "reconstruction", "alpha", "zeta"), List.copyOf(ordered.keySet()));
    assertEquals(values, ordered);
  }

  @Test
  void sharesAreToldInPercent() {
    assertEquals("99.43%", Measure.named("accuracy").number(0.9943));
    assertEquals("-87.12", Measure.named("elbo").number(-87.123));
    assertEquals("0.125", Measure.named("unknown").number(0.125));
  }
}
