package dev.glimpse.device.cuda;

import static dev.glimpse.device.cuda.CudaBlas.address;
import static dev.glimpse.device.cuda.CudaBlas.check;
import static dev.glimpse.device.cuda.CudaBlas.stride;
import static org.bytedeco.cuda.global.cublas.*;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.LibraryCall.Epilogue;
import dev.glimpse.device.LibraryCall.Gemm;
import dev.glimpse.device.LibraryCall.Matrix;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Matrix products with an epilogue in the same kernel, by cublasLt. Its matrices, too, lie column
 * by column, so that operands change places as in {@link CudaBlas}: its A is our B, and its bias,
 * an element per row of its result, is one per column of ours.
 */
final class CudaBlasLt {
  /** What cublasLt takes for granted of a matrix's address unless told less. */
  private static final int ALIGNMENT = 256;

  /** What its kernels take for granted of a bias's address, of which it cannot be told less. */
  static final int BIAS_ALIGNMENT = 16;

  private final cublasLtContext handle = new cublasLtContext();
  private final CudaWorkspace workspace;
  private final int computeType;

  CudaBlasLt(CudaWorkspace workspace, Precision precision) {
    this.workspace = workspace;
    this.computeType = CudaBlas.computeType(precision);
    check(cublasLtCreate(handle), "cublasLtCreate", "");
  }

  void close() {
    cublasLtDestroy(handle);
  }

  /**
   * @throws dev.glimpse.device.DeviceException with {@code CUBLAS_STATUS_NOT_SUPPORTED} where
   *     cublasLt has no kernel for the product with its epilogue
   */
  BoundWork bind(Gemm gemm) {
    var bound = new Bound(gemm);
    try {
      bound.describe();
      bound.choose();
      return bound;
    } catch (RuntimeException e) {
      bound.close();
      throw e;
    }
  }

  /** A product with its descriptors. */
  private final class Bound implements BoundWork {
    private final Gemm gemm;
    private final Matrix addend;
    private final Pointer a;
    private final Pointer b;
    private final Pointer addendMemory;
    private final Pointer c;
    private final FloatPointer alpha;
    private final FloatPointer beta;
    private final cublasLtMatmulHeuristicResult_t chosen = new cublasLtMatmulHeuristicResult_t();
    private final cublasLtMatmulAlgo_t algorithm = chosen.algo();
    private cublasLtMatmulDescOpaque_t product;
    private final List<cublasLtMatrixLayoutOpaque_t> layouts = new ArrayList<>();
    private cublasLtMatrixLayoutOpaque_t layoutA;
    private cublasLtMatrixLayoutOpaque_t layoutB;
    private cublasLtMatrixLayoutOpaque_t layoutAddend;
    private cublasLtMatrixLayoutOpaque_t layoutC;

    Bound(Gemm gemm) {
      this.gemm = gemm;
      // Without an addend the result stands for it, times zero, and is not read.
      this.addend = gemm.epilogue().addend().orElse(gemm.c());
      this.a = address(gemm.a());
      this.b = address(gemm.b());
      this.addendMemory = address(addend);
      this.c = address(gemm.c());
      this.alpha = new FloatPointer(gemm.epilogue().alpha());
      this.beta = new FloatPointer(gemm.epilogue().beta());
    }

    void describe() {
      try (var created = new PointerPointer<Pointer>(1)) {
        check(
            cublasLtMatmulDescCreate(created, computeType, CUDA_R_32F), "cublasLtMatmulDescCreate");
        product = new cublasLtMatmulDescOpaque_t(created.get(Pointer.class, 0));
      }
      set(CUBLASLT_MATMUL_DESC_TRANSA, gemm.transposeB() ? CUBLAS_OP_T : CUBLAS_OP_N);
      set(CUBLASLT_MATMUL_DESC_TRANSB, gemm.transposeA() ? CUBLAS_OP_T : CUBLAS_OP_N);
      set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(gemm.epilogue()));
      if (gemm.epilogue().bias().isPresent()) {
        try (var value = new LongPointer(1)) {
          value.put(address(gemm.epilogue().bias().get()).address());
          if (value.get() % BIAS_ALIGNMENT != 0) {
            check(CUBLAS_STATUS_NOT_SUPPORTED, "cublasLtMatmul with a bias that is not aligned");
          }
          check(
              cublasLtMatmulDescSetAttribute(
                  product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, value, Long.BYTES),
              "cublasLtMatmulDescSetAttribute");
        }
      }
      layoutA =
          gemm.transposeB()
              ? layout(gemm.b(), gemm.n(), gemm.k())
              : layout(gemm.b(), gemm.k(), gemm.n());
      layoutB =
          gemm.transposeA()
              ? layout(gemm.a(), gemm.k(), gemm.m())
              : layout(gemm.a(), gemm.m(), gemm.k());
      layoutC = layout(gemm.c(), gemm.m(), gemm.n());
      boolean inPlace = addendMemory.address() == c.address();
      layoutAddend = inPlace ? layoutC : layout(addend, gemm.m(), gemm.n());
    }

    private void set(int attribute, int value) {
      try (var pointer = new IntPointer(1)) {
        pointer.put(value);
        check(
            cublasLtMatmulDescSetAttribute(product, attribute, pointer, Integer.BYTES),
            "cublasLtMatmulDescSetAttribute");
      }
    }

    /** Of a row-major matrix, which read column by column has its columns as rows. */
    private cublasLtMatrixLayoutOpaque_t layout(Matrix matrix, int rows, int columns) {
      try (var created = new PointerPointer<Pointer>(1)) {
        check(
            cublasLtMatrixLayoutCreate(created, CUDA_R_32F, columns, rows, stride(matrix, columns)),
            "cublasLtMatrixLayoutCreate");
        var layout = new cublasLtMatrixLayoutOpaque_t(created.get(Pointer.class, 0));
        layouts.add(layout);
        return layout;
      }
    }

    /** Asks for the kernel that cublasLt expects to be the fastest. */
    void choose() {
      cublasLtMatmulPreferenceOpaque_t preference;
      try (var created = new PointerPointer<Pointer>(1)) {
        check(cublasLtMatmulPreferenceCreate(created), "cublasLtMatmulPreferenceCreate");
        preference = new cublasLtMatmulPreferenceOpaque_t(created.get(Pointer.class, 0));
      }
      try (var bytes = new LongPointer(1)) {
        bytes.put(workspace.bytes());
        check(
            cublasLtMatmulPreferenceSetAttribute(
                preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, bytes, Long.BYTES),
            "cublasLtMatmulPreferenceSetAttribute");
        align(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, b);
        align(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, a);
        align(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, addendMemory);
        align(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, c);
        int[] found = new int[1];
        check(
            cublasLtMatmulAlgoGetHeuristic(
                handle,
                product,
                layoutA,
                layoutB,
                layoutAddend,
                layoutC,
                preference,
                1,
                chosen,
                found),
            "cublasLtMatmulAlgoGetHeuristic");
        check(
            found[0] == 0 ? CUBLAS_STATUS_NOT_SUPPORTED : chosen.state(),
            "cublasLtMatmulAlgoGetHeuristic");
      } finally {
        cublasLtMatmulPreferenceDestroy(preference);
      }
    }

    private void align(cublasLtMatmulPreferenceOpaque_t preference, int attribute, Pointer memory) {
      try (var pointer = new IntPointer(1)) {
        pointer.put((int) Math.min(ALIGNMENT, Long.lowestOneBit(memory.address())));
        check(
            cublasLtMatmulPreferenceSetAttribute(preference, attribute, pointer, Integer.BYTES),
            "cublasLtMatmulPreferenceSetAttribute");
      }
    }

    @Override
    public void enqueue(CUstream_st stream) {
      check(
          cublasLtMatmul(
              handle,
              product,
              alpha,
              b,
              layoutA,
              a,
              layoutB,
              beta,
              addendMemory,
              layoutAddend,
              c,
              layoutC,
              algorithm,
              workspace.pointer(),
              workspace.bytes(),
              stream),
          "cublasLtMatmul");
    }

    private void check(int code, String function) {
      CudaBlas.check(code, function, gemm.scope());
    }

    @Override
    public void close() {
      layouts.forEach(layout -> cublasLtMatrixLayoutDestroy(layout));
      if (product != null) {
        cublasLtMatmulDescDestroy(product);
      }
      chosen.close();
      alpha.close();
      beta.close();
    }
  }

  private static int epilogue(Epilogue epilogue) {
    if (epilogue.bias().isPresent()) {
      return epilogue.relu() ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS;
    }
    return epilogue.relu() ? CUBLASLT_EPILOGUE_RELU : CUBLASLT_EPILOGUE_DEFAULT;
  }
}
