package dev.glimpse.device.cuda;

import static org.bytedeco.cuda.global.cublas.*;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.LibraryCall.Epilogue;
import dev.glimpse.device.LibraryCall.Gemm;
import dev.glimpse.device.LibraryCall.Matrix;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Matrix products by cuBLAS; those with an epilogue by {@link CudaBlasLt}. */
final class CudaBlas {
  private final cublasContext handle = new cublasContext();
  private final FloatPointer one = new FloatPointer(1f);
  private final FloatPointer zero = new FloatPointer(0f);
  private final int computeType;
  private final CudaBlasLt withEpilogue;

  CudaBlas(CUstream_st stream, CudaWorkspace workspace, Precision precision) {
    this.computeType = computeType(precision);
    check(cublasCreate_v2(handle), "cublasCreate", "");
    check(cublasSetStream_v2(handle, stream), "cublasSetStream", "");
    // Its own workspace would be allocated while a graph is captured.
    check(
        cublasSetWorkspace_v2(handle, workspace.pointer(), workspace.bytes()),
        "cublasSetWorkspace",
        "");
    this.withEpilogue = new CudaBlasLt(workspace, precision);
  }

  static int computeType(Precision precision) {
    return switch (precision) {
      case FP32 -> CUBLAS_COMPUTE_32F;
      case TF32 -> CUBLAS_COMPUTE_32F_FAST_TF32;
      case BF16 -> CUBLAS_COMPUTE_32F_FAST_16BF;
    };
  }

  void close() {
    withEpilogue.close();
    cublasDestroy_v2(handle);
    one.close();
    zero.close();
  }

  /**
   * cuBLAS has matrices column by column. Read so, a row-major matrix is its transpose, and {@code
   * C' = B' A'}: the operands change places, and each is transposed if ours is.
   */
  BoundWork bind(Gemm gemm) {
    if (!gemm.epilogue().equals(Epilogue.NONE)) {
      return withEpilogue.bind(gemm);
    }
    Pointer a = address(gemm.a());
    Pointer b = address(gemm.b());
    Pointer c = address(gemm.c());
    int transposeA = gemm.transposeA() ? CUBLAS_OP_T : CUBLAS_OP_N;
    int transposeB = gemm.transposeB() ? CUBLAS_OP_T : CUBLAS_OP_N;
    int strideA = stride(gemm.a(), gemm.transposeA() ? gemm.m() : gemm.k());
    int strideB = stride(gemm.b(), gemm.transposeB() ? gemm.k() : gemm.n());
    int strideC = stride(gemm.c(), gemm.n());
    return new BoundWork() {
      @Override
      public void enqueue(CUstream_st stream) {
        int code =
            cublasGemmEx(
                handle,
                transposeB,
                transposeA,
                gemm.n(),
                gemm.m(),
                gemm.k(),
                one,
                b,
                CUDA_R_32F,
                strideB,
                a,
                CUDA_R_32F,
                strideA,
                zero,
                c,
                CUDA_R_32F,
                strideC,
                computeType,
                CUBLAS_GEMM_DEFAULT);
        check(code, "cublasGemmEx", gemm.scope());
      }

      @Override
      public void close() {}
    };
  }

  /** The stride of a matrix of one row may be anything; cuBLAS wants it to hold the row. */
  static int stride(Matrix matrix, int columns) {
    return Math.max(matrix.stride(), columns);
  }

  static Pointer address(Matrix matrix) {
    return new DevicePointer(CudaBuffer.address(matrix.buffer()) + 4L * matrix.offset());
  }

  static void check(int code, String function, String scope) {
    if (code != CUBLAS_STATUS_SUCCESS) {
      BytePointer name = cublasGetStatusName(code);
      String symbol = name == null ? "CUBLAS_STATUS_" + code : name.getString();
      throw new DeviceException(
          symbol, (scope.isEmpty() ? "" : scope + ": ") + function + " failed: " + symbol);
    }
  }
}
