package dev.glimpse.metrics;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The Frechet distance of two sets of feature vectors, each taken as a Gaussian (Heusel et al.
 * 2017, equation 6, where the features are those of Inception and the distance is called FID):
 *
 * <pre>d^2 = |mu1 - mu2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))</pre>
 *
 * <p>0 for equal moments; lower is better. It is the squared distance, as FID is. Few vectors make
 * it too large, so compare values of equal counts, and of many more vectors than dimensions.
 */
public final class FrechetDistance {
  private FrechetDistance() {}

  /**
   * @throws IllegalArgumentException if the dimensions differ
   * @throws MetricException if one has fewer than two vectors
   */
  public static double between(FeatureMoments a, FeatureMoments b) {
    int dimensions = a.dimensions();
    if (dimensions != b.dimensions()) {
      throw new IllegalArgumentException(
          "features of %d and %d dimensions are not comparable"
              .formatted(dimensions, b.dimensions()));
    }
    var covarianceA = DMatrixRMaj.wrap(dimensions, dimensions, a.covariance());
    var covarianceB = DMatrixRMaj.wrap(dimensions, dimensions, b.covariance());
    double squared =
        squaredDistance(a.mean(), b.mean())
            + CommonOps_DDRM.trace(covarianceA)
            + CommonOps_DDRM.trace(covarianceB)
            - 2 * traceOfRoot(covarianceA, covarianceB);
    // Rounding can leave equal moments a little below zero.
    return Math.max(0, squared);
  }

  /**
   * The same for sets at hand.
   *
   * @param a {@code [N, D]}
   * @param b {@code [M, D]}
   */
  public static double between(float[][] a, float[][] b) {
    return between(moments(a), moments(b));
  }

  private static FeatureMoments moments(float[][] vectors) {
    if (vectors.length == 0) {
      throw new MetricException("the Frechet distance takes two images or more of each kind");
    }
    var moments = new FeatureMoments(vectors[0].length);
    for (float[] vector : vectors) {
      moments.add(vector, 1);
    }
    return moments;
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }

  /**
   * tr((A B)^(1/2)). With A = R R^T, the eigenvalues of A B are those of R^T B R, which is
   * symmetric and so has real ones, none negative.
   */
  private static double traceOfRoot(DMatrixRMaj a, DMatrixRMaj b) {
    int n = a.numRows;
    DMatrixRMaj root = root(a);
    var product = new DMatrixRMaj(n, n);
    var symmetric = new DMatrixRMaj(n, n);
    CommonOps_DDRM.mult(b, root, product);
    CommonOps_DDRM.multTransA(root, product, symmetric);
    EigenDecomposition_F64<DMatrixRMaj> eigen = eigen(symmetric, false);
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += rootOfEigenvalue(eigen, i);
    }
    return trace;
  }

  /** R with R R^T = A: the eigenvectors, each times the root of its eigenvalue. */
  private static DMatrixRMaj root(DMatrixRMaj a) {
    int n = a.numRows;
    EigenDecomposition_F64<DMatrixRMaj> eigen = eigen(a, true);
    var root = new DMatrixRMaj(n, n);
    for (int j = 0; j < n; j++) {
      DMatrixRMaj vector = eigen.getEigenVector(j);
      double scale = rootOfEigenvalue(eigen, j);
      for (int i = 0; i < n; i++) {
        root.set(i, j, scale * vector.get(i));
      }
    }
    return root;
  }

  private static EigenDecomposition_F64<DMatrixRMaj> eigen(DMatrixRMaj symmetric, boolean vectors) {
    EigenDecomposition_F64<DMatrixRMaj> eigen =
        DecompositionFactory_DDRM.eig(symmetric.numRows, vectors, true);
    if (!eigen.decompose(symmetric.copy())) {
      throw new MetricException("the features' covariance has no eigenvalues: are they too large?");
    }
    return eigen;
  }

  /** A feature that never varies has the eigenvalue 0, which rounding can turn negative. */
  private static double rootOfEigenvalue(EigenDecomposition_F64<?> eigen, int i) {
    return Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
  }
}
