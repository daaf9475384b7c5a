package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
  private static float[][] normal(int vectors, int dimensions, long seed) {
    var random = new Random(seed);
    float[][] values = new float[vectors][dimensions];
    for (float[] vector : values) {
      float shared = (float) random.nextGaussian();
      for (int i = 0; i < dimensions; i++) {
        vector[i] = i + shared + (1 + i % 3) * (float) random.nextGaussian();
      }
    }
    return values;
  }

  /** {@code scale x + shift}, element by element. */
  private static float[][] moved(float[][] vectors, float scale, float shift) {
    float[][] moved = new float[vectors.length][vectors[0].length];
    for (int v = 0; v < moved.length; v++) {
      for (int i = 0; i < moved[v].length; i++) {
        moved[v][i] = scale * vectors[v][i] + shift;
      }
    }
    return moved;
  }

  /** In one dimension it is (mu1 - mu2)^2 + (sigma1 - sigma2)^2. */
  @Test
  void oneDimension() {
    float[][] a = {{-3}, {0}, {3}};
    float[][] b = {{4}, {5}, {6}};
    assertEquals(5 * 5 + (3 - 1) * (3 - 1), FrechetDistance.between(a, b), 1e-12);
  }

  /** Along the axes it is the sum of the one-dimensional distances. */
  @Test
  void independentDimensions() {
    float[][] a = {{1, 0, 0}, {-1, 0, 0}, {0, 2, 0}, {0, -2, 0}, {0, 0, 3}, {0, 0, -3}};
    float[][] b = {{5, 1, 1}, {-3, 1, 1}, {1, 2, 1}, {1, 0, 1}, {1, 1, 1}, {1, 1, 1}};
    double expected = 3;
    double[] scalesA = {1, 2, 3};
    double[] scalesB = {4, 1, 0};
    for (int i = 0; i < 3; i++) {
      double difference = Math.sqrt(2 / 5.0) * (scalesA[i] - scalesB[i]);
      expected += difference * difference;
    }
    assertEquals(expected, FrechetDistance.between(a, b), 1e-12);
  }

  /** tr M^(1/2) = (tr M + 2 (det M)^(1/2))^(1/2) for a 2 x 2 matrix M = C1 C2. */
  @Test
  void twoDimensionsThatDoNotCommute() {
    float[][] a = normal(50, 2, 1);
    float[][] b = moved(normal(40, 2, 2), -2, 0.5f);
    for (float[] vector : b) {
      vector[1] -= 0.7f * vector[0];
    }
    var momentsA = new FeatureMoments(2);
    var momentsB = new FeatureMoments(2);
    for (float[] vector : a) {
      momentsA.add(vector, 1);
    }
    for (float[] vector : b) {
      momentsB.add(vector, 1);
    }
    double[] p = momentsA.covariance();
    double[] q = momentsB.covariance();
    double trace = p[0] * q[0] + p[1] * q[2] + p[2] * q[1] + p[3] * q[3];
    double determinant = (p[0] * p[3] - p[1] * p[2]) * (q[0] * q[3] - q[1] * q[2]);
    double expected =
        Math.pow(momentsA.mean()[0] - momentsB.mean()[0], 2)
            + Math.pow(momentsA.mean()[1] - momentsB.mean()[1], 2)
            + p[0]
            + p[3]
            + q[0]
            + q[3]
            - 2 * Math.sqrt(trace + 2 * Math.sqrt(determinant));
    assertEquals(expected, FrechetDistance.between(momentsA, momentsB), 1e-10);
    assertEquals(expected, FrechetDistance.between(momentsB, momentsA), 1e-10);
  }

  @Test
  void movingAllVectorsCostsTheSquareOfTheWay() {
    float[][] a = normal(300, 20, 3);
    assertEquals(20 * 4, FrechetDistance.between(a, moved(a, 1, 2)), 1e-3);
  }

  /** C2 = 9 C1 commutes with C1: the distance is (3 - 1)^2 tr C1 about the same mean. */
  @Test
  void scaledVectors() {
    float[][] a = normal(300, 20, 4);
    double trace = 0;
    double squares = 0;
    for (int i = 0; i < 20; i++) {
      var moments = new FeatureMoments(1);
      for (float[] vector : a) {
        moments.add(new float[] {vector[i]}, 1);
      }
      trace += moments.covariance()[0];
      squares += moments.mean()[0] * moments.mean()[0];
    }
    double expected = 4 * trace + 4 * squares;
    assertEquals(expected, FrechetDistance.between(a, moved(a, 3, 0)), 1e-6 * expected);
  }

  @Test
  void equalSetsAreAtNoDistance() {
    float[][] a = normal(200, 64, 5);
    for (float[] vector : a) {
      vector[7] = 0; // As of a ReLU that is never active.
    }
    assertEquals(0, FrechetDistance.between(a, a.clone()), 1e-6);
    // Fewer vectors than dimensions: the covariance is singular.
    float[][] few = normal(10, 64, 6);
    assertEquals(0, FrechetDistance.between(few, few), 1e-5);
  }

  @Test
  void refusesWhatIsNotComparable() {
    assertThrows(
        IllegalArgumentException.class,
        () -> FrechetDistance.between(new FeatureMoments(2), new FeatureMoments(3)));
    float[][] one = {{1, 2}};
    assertThrows(MetricException.class, () -> FrechetDistance.between(one, one));
    assertThrows(MetricException.class, () -> FrechetDistance.between(new float[0][], one));
  }
}
