package dev.glimpse.device;

import dev.glimpse.device.Launch.Cost;
import java.util.Locale;
import java.util.Optional;

/**
 * What a vendor's library computes where a device has one: see {@link DeviceInfo#libraries()}. Our
 * own kernels can do all of it too.
 *
 * <p>Unless said otherwise, tensors are FP32 and lie contiguous from the start of their buffers,
 * and no result shares memory with anything else in the same call.
 */
public sealed interface LibraryCall extends Work {
  /** The kinds of call. */
  enum Kind {
    GEMM,
    CONVOLUTION,
    /**
     * In its place where our kernels are faster at most convolutions: only the others are asked
     * for.
     */
    SOME_CONVOLUTIONS,
    /** Convolutions of {@link Type#BFLOAT16}. */
    BFLOAT16_CONVOLUTION,
    BATCH_NORM,
    /** Whole sequences; see {@link Device#lstmSpace}. */
    LSTM
  }

  /** Which kind it is. */
  Kind kind();

  @Override
  default String program() {
    return "library:" + kind().name().toLowerCase(Locale.ROOT);
  }

  /** What the elements of a tensor are; sums are FP32 in either case. */
  enum Type {
    FLOAT,
    /** FP32's upper half: 7 bits of mantissa. */
    BFLOAT16
  }

  /**
   * A row-major matrix of floats.
   *
   * @param offset of the first element, in floats
   * @param stride from one row to the next, in floats
   */
  record Matrix(Buffer buffer, int offset, int stride) {}

  /**
   * What becomes of a product P before it is stored: {@code alpha P + beta addend + bias}, and
   * where {@code relu}, no less than zero.
   *
   * @param addend of the result's shape; may be the very matrix that is the result
   * @param bias a row for all rows of the result
   */
  record Epilogue(
      float alpha, float beta, Optional<Matrix> addend, Optional<Matrix> bias, boolean relu) {
    /** Stores the product. */
    public static final Epilogue NONE =
        new Epilogue(1, 0, Optional.empty(), Optional.empty(), false);
  }

  /**
   * {@code C = epilogue(op(A) op(B))}, all row-major.
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
      Epilogue epilogue,
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
   * A convolution (cross-correlation) in one of its three directions.
   *
   * @param type of all three tensors
   * @param image {@code [N, H, W, C]}
   * @param filter {@code [K, R, S, C]}: not the order of our weights, see {@code kernels/filter.cl}
   * @param field {@code [N, P, Q, K]}
   * @param epilogue {@link Epilogue#NONE}, or for a field of floats one with a bias and no addend
   */
  record Convolve(
      Pass pass,
      Geometry geometry,
      Type type,
      Buffer image,
      Buffer filter,
      Buffer field,
      Epilogue epilogue,
      Cost cost,
      String scope)
      implements LibraryCall {
    @Override
    public Kind kind() {
      return type == Type.FLOAT ? Kind.CONVOLUTION : Kind.BFLOAT16_CONVOLUTION;
    }

    /** Whether no simpler call computes the same. */
    public boolean isPlain() {
      return type == Type.FLOAT && epilogue.equals(Epilogue.NONE);
    }

    /** The one of the three tensors that is computed. */
    public Buffer result() {
      return switch (pass) {
        case FIELD -> field;
        case IMAGE -> image;
        case FILTER -> filter;
      };
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
      int dilationAcross) {
    /** The elements of the image. */
    public int imageSize() {
      return n * h * w * c;
    }

    /** The elements of the filter. */
    public int filterSize() {
      return k * r * s * c;
    }

    /** The elements of the field. */
    public int fieldSize() {
      return n * p * q * k;
    }
  }

  /** The extents of images {@code [N, H, W, C]}. */
  record Images(int n, int h, int w, int c) {
    /** The elements of a channel. */
    public int rows() {
      return n * h * w;
    }
  }

  /**
   * Batch normalisation in training, by the moments of each channel: {@code y = (x - mean)
   * inverseDeviation scale + shift}.
   *
   * @param mean of the batch, a result
   * @param inverseDeviation {@code 1 / sqrt(variance + epsilon)} with the biased variance, a result
   * @param running moments that follow those of the batch, if any
   */
  record BatchNorm(
      Images images,
      float epsilon,
      Buffer x,
      Buffer scale,
      Buffer shift,
      Buffer y,
      Buffer mean,
      Buffer inverseDeviation,
      Optional<Running> running,
      Cost cost,
      String scope)
      implements LibraryCall {
    @Override
    public Kind kind() {
      return Kind.BATCH_NORM;
    }
  }

  /**
   * Moments of many batches: {@code running = (1 - momentum) running + momentum batch}. Finite at
   * first, whatever the momentum.
   *
   * @param variance the unbiased one
   */
  record Running(Buffer mean, Buffer variance, float momentum) {}

  /**
   * The gradients of {@link BatchNorm} by its inputs.
   *
   * @param mean and
   * @param inverseDeviation as {@link BatchNorm} gave them
   */
  record BatchNormGradient(
      Images images,
      float epsilon,
      Buffer x,
      Buffer dy,
      Buffer scale,
      Buffer mean,
      Buffer inverseDeviation,
      Buffer dx,
      Buffer dScale,
      Buffer dShift,
      Cost cost,
      String scope)
      implements LibraryCall {
    @Override
    public Kind kind() {
      return Kind.BATCH_NORM;
    }
  }

  /** The extents of an LSTM over sequences {@code [T, N, in]}, with H units. */
  record Sequence(int steps, int batch, int in, int hidden) {}

  /**
   * Memory that a library wants for an LSTM, and where in it; all in floats. Between the parts may
   * be gaps.
   *
   * @param parameters the size of all parameters together
   * @param inputWeights where the weights of the inputs begin: {@code [4, H, in]}, gates in the
   *     order input, forget, candidate, output
   * @param hiddenWeights where those of the hidden state begin: {@code [4, H, H]}
   * @param biases where the bias begins: {@code [4, H]}
   * @param reserve the size of what a gradient must know of the forward call
   */
  record LstmSpace(int parameters, int inputWeights, int hiddenWeights, int biases, int reserve) {}

  /**
   * An LSTM over sequences, from a state of zero.
   *
   * @param space what {@link Device#lstmSpace} said
   * @param x {@code [T, N, in]}
   * @param parameters in the order of {@code space}
   * @param y the hidden states {@code [T, N, H]}, the result
   * @param reserve what the gradient needs, a result; empty where there is none
   */
  record Lstm(
      Sequence size,
      LstmSpace space,
      Buffer x,
      Buffer parameters,
      Buffer y,
      Optional<Buffer> reserve,
      Cost cost,
      String scope)
      implements LibraryCall {
    @Override
    public Kind kind() {
      return Kind.LSTM;
    }
  }

  /**
   * The gradients of {@link Lstm} by its inputs.
   *
   * @param y as {@link Lstm} gave it
   * @param reserve likewise; its content is lost
   * @param dy the gradient by y
   * @param dParameters in the order of {@code space}
   */
  record LstmGradient(
      Sequence size,
      LstmSpace space,
      Buffer x,
      Buffer parameters,
      Buffer y,
      Buffer dy,
      Buffer reserve,
      Buffer dx,
      Buffer dParameters,
      Cost cost,
      String scope)
      implements LibraryCall {
    @Override
    public Kind kind() {
      return Kind.LSTM;
    }
  }
}
