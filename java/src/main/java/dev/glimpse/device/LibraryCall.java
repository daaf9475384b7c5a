package dev.glimpse.device;

import dev.glimpse.device.Launch.Cost;

/**
 * What a vendor's library computes where a device has one: see {@link DeviceInfo#libraries()}. Our
 * own kernels can do all of it too.
 */
public sealed interface LibraryCall extends Work {
  /** The kinds of call. */
  enum Kind {
    GEMM,
    CONVOLUTION
  }

  /** Which kind it is. */
  Kind kind();

  @Override
  default String program() {
    return "library:" + kind().name().toLowerCase();
  }

  /**
   * A row-major matrix of floats.
   *
   * @param offset of the first element, in floats
   * @param stride from one row to the next, in floats
   */
  record Matrix(Buffer buffer, int offset, int stride) {}

  /**
   * {@code C = op(A) op(B)}, all row-major.
   *
   * @param transposeA whether A lies as {@code [k, m]} instead of {@code [m, k]}
   * @param transposeB whether B lies as {@code [n, k]} instead of {@code [k, n]}
   */
  record Gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      Matrix a,
      Matrix b,
      Matrix c,
      Cost cost,
      String scope)
      implements LibraryCall {
    @Override
    public Kind kind() {
      return Kind.GEMM;
    }
  }

  /** What a convolution is asked for; the other two of its three tensors are given. */
  enum Pass {
    /** The field, of image and filter: a convolution. */
    FIELD,
    /** The image, of field and filter: a transposed convolution, a gradient by the input. */
    IMAGE,
    /** The filter, of image and field: the gradient by the weights. */
    FILTER
  }

  /**
   * A convolution (cross-correlation) in one of its three directions, all tensors contiguous from
   * the start of their buffers.
   *
   * @param image {@code [N, H, W, C]}
   * @param filter {@code [K, R, S, C]}: not the order of our weights, see {@code kernels/filter.cl}
   * @param field {@code [N, P, Q, K]}
   */
  record Convolve(
      Pass pass,
      Geometry geometry,
      Buffer image,
      Buffer filter,
      Buffer field,
      Cost cost,
      String scope)
      implements LibraryCall {
    @Override
    public Kind kind() {
      return Kind.CONVOLUTION;
    }
  }

  /** The extents of a convolution: lower case of the names above, then down and across. */
  record Geometry(
      int n,
      int h,
      int w,
      int c,
      int p,
      int q,
      int k,
      int r,
      int s,
      int strideDown,
      int strideAcross,
      int paddingDown,
      int paddingAcross,
      int dilationDown,
      int dilationAcross) {}
}
