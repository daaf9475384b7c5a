package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  /** Logits of two classes, (a, 0) for each image. */
  private static float[] twoClasses(double... a) {
    float[] logits = new float[2 * a.length];
    for (int i = 0; i < a.length; i++) {
      logits[2 * i] = (float) a[i];
    }
    return logits;
  }

  private static double temperature(float[] logits, int... labels) {
    return Calibration.fit(Map.of("c", logits), labels, 2).temperatures().get("c");
  }

  @Test
  void aClassifierIsAsSureAsItIsRight() {
    // The label of three images in four is 0, so that the probability of it should be 3 / 4.
    float[] logits = twoClasses(2, 2, 2, 2);
    assertEquals(2 / Math.log(3), temperature(logits, 0, 0, 1, 0), 1e-4);
    // One that is too timid gets a temperature below 1.
    assertEquals(0.5 / Math.log(3), temperature(twoClasses(.5, .5, .5, .5), 0, 0, 1, 0), 1e-4);

    var calibration = Calibration.fit(Map.of("c", logits), new int[] {0, 0, 1, 0}, 2);
    float[] probabilities = calibration.probabilities(Map.of("c", logits), 2);
    assertEquals(0.75, probabilities[0], 1e-5);
    assertEquals(1, probabilities[6] + probabilities[7], 1e-6);
    double expected = -(3 * Math.log(0.75) + Math.log(0.25)) / 4;
    assertEquals(
        expected,
        calibration.negativeLogLikelihood(Map.of("c", logits), new int[] {0, 0, 1, 0}, 2),
        1e-9);
  }

  @Test
  void trustHasBounds() {
    double perfect = temperature(twoClasses(3, -3), 0, 1);
    assertTrue(perfect >= Calibration.COLDEST && perfect < 1, "temperature " + perfect);
    assertEquals(Calibration.HOTTEST, temperature(twoClasses(3, -3), 1, 0), 1e-3);
  }

  @Test
  void temperaturesOfSeveralAreFittedTogether() {
    // Labels as p(0) = sigmoid(a / 2 + b / 0.5) draws them, 2,000 images of each pair of logits.
    int each = 2000;
    double[][] pairs = {{2, 1}, {2, -1}, {-2, 1}, {-2, -1}, {1, 0.25}};
    float[] first = new float[2 * each * pairs.length];
    float[] second = new float[2 * each * pairs.length];
    int[] labels = new int[each * pairs.length];
    for (int i = 0; i < labels.length; i++) {
      double[] pair = pairs[i / each];
      first[2 * i] = (float) pair[0];
      second[2 * i] = (float) pair[1];
      double p = 1 / (1 + Math.exp(-pair[0] / 2 - pair[1] / 0.5));
      labels[i] = i % each < Math.round(p * each) ? 0 : 1;
    }
    var logits = new LinkedHashMap<String, float[]>();
    logits.put("first", first);
    logits.put("second", second);
    Calibration joint = Calibration.fit(logits, labels, 2);
    assertEquals(2, joint.temperatures().get("first"), 0.02);
    assertEquals(0.5, joint.temperatures().get("second"), 0.005);
    double together = joint.negativeLogLikelihood(logits, labels, 2);
    for (String name : logits.keySet()) {
      Map<String, float[]> one = Map.of(name, logits.get(name));
      double alone = Calibration.fit(one, labels, 2).negativeLogLikelihood(one, labels, 2);
      assertTrue(together < alone - 0.01, name + " alone " + alone + ", together " + together);
    }
  }

  @Test
  void aSecondOpinionThatIsTheSameAddsNothing() {
    float[] logits = twoClasses(2, 1, -1, 2, -2, 1);
    int[] labels = {0, 1, 1, 0, 1, 0};
    var alone = Calibration.fit(Map.of("a", logits), labels, 2);
    var twice = Calibration.fit(Map.of("a", logits, "b", logits), labels, 2);
    double trust = twice.temperatures().values().stream().mapToDouble(t -> 1 / t).sum();
    assertEquals(1 / alone.temperatures().get("a"), trust, 1e-3);
    assertEquals(
        alone.negativeLogLikelihood(Map.of("a", logits), labels, 2),
        twice.negativeLogLikelihood(Map.of("a", logits, "b", logits), labels, 2),
        1e-9);
  }

  @Test
  void theProductIsTheLastOfTheClassifiers() {
    float[] sure = {4, 0, 0, 0, 4, 0};
    float[] unsure = {0, 1, 0, 1, 0, 0};
    var two = new LinkedHashMap<String, float[]>();
    two.put("z", sure);
    two.put("a", unsure);
    int[] labels = {0, 1};
    var calibrated = CalibratedClassifiers.fit(two, labels, 3);
    assertEquals(List.of("z", "a", "both"), List.copyOf(calibrated.calibrations().keySet()));
    var three = new LinkedHashMap<>(two);
    three.put("c", sure);
    assertEquals(
        List.of("z", "a", "c", "all"),
        List.copyOf(CalibratedClassifiers.fit(three, labels, 3).calibrations().keySet()));
    assertEquals(
        List.of("z"),
        List.copyOf(
            CalibratedClassifiers.fit(Map.of("z", sure), labels, 3).calibrations().keySet()));

    var given =
        new CalibratedClassifiers(Map.of("both", new Calibration(Map.of("z", 2.0, "a", 0.5))));
    float[] both = given.probabilities(two, 3).get("both");
    // Logits of the first image: 4 / 2, 1 / 0.5, 0.
    double norm = 2 * Math.exp(2) + 1;
    assertArrayEquals(
        new double[] {Math.exp(2) / norm, Math.exp(2) / norm, 1 / norm},
        new double[] {both[0], both[1], both[2]},
        1e-6);
    assertEquals(1, both[3] + both[4] + both[5], 1e-6);
  }

  @Test
  void goldenSectionFindsTheOneMinimum() {
    assertEquals(1.3, Calibration.goldenSection(x -> (x - 1.3) * (x - 1.3), -4, 9), 1e-5);
    assertEquals(-4, Calibration.goldenSection(x -> x, -4, 9), 1e-5);
    assertEquals(9, Calibration.goldenSection(x -> -x, -4, 9), 1e-5);
  }

  @Test
  void refusesWhatDoesNotFit() {
    float[] logits = twoClasses(1, 2);
    assertThrows(MetricException.class, () -> temperature(logits));
    assertThrows(IllegalArgumentException.class, () -> temperature(logits, 0, 2));
    assertThrows(IllegalArgumentException.class, () -> temperature(logits, 0, 1, 0));
    float[] short3 = Arrays.copyOf(logits, 3);
    assertThrows(IllegalArgumentException.class, () -> temperature(short3, 0, 1));
  }
}
