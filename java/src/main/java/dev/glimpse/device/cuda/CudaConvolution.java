package dev.glimpse.device.cuda;

import static org.bytedeco.cuda.global.cudnn.*;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.LibraryCall.Convolve;
import dev.glimpse.device.LibraryCall.Epilogue;
import dev.glimpse.device.LibraryCall.Geometry;
import dev.glimpse.device.LibraryCall.Type;
import dev.glimpse.device.ProgramCache;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnActivationStruct;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Convolutions and their gradients by cuDNN, NHWC. Which of its algorithms runs is found by
 * measuring them all, once per shape, precision and device: the answer is kept on disk.
 */
@SuppressWarnings("deprecation")
final class CudaConvolution {
  private final cudnnContext handle;
  private final FloatPointer one;
  private final FloatPointer zero;
  private final DeviceInfo device;
  private final CudaWorkspace workspace;
  private final CudaTimer timer;
  private final ProgramCache cache;
  private final int mathType;
  private final boolean deterministic;
  private final Map<String, Integer> chosen = new HashMap<>();

  /** What cuDNN found out about one algorithm, the same in the three kinds of its records. */
  private record Candidate(int algorithm, long workspace, int status, int determinism) {}

  /** With the handle and the constants of {@link CudaDnn}, which closes them. */
  CudaConvolution(
      cudnnContext handle,
      FloatPointer one,
      FloatPointer zero,
      DeviceInfo device,
      CudaWorkspace workspace,
      CudaTimer timer,
      Precision precision,
      boolean deterministic,
      ProgramCache cache) {
    this.handle = handle;
    this.one = one;
    this.zero = zero;
    this.device = device;
    this.workspace = workspace;
    this.timer = timer;
    this.cache = cache;
    // The default is allowed TF32 where the device has it.
    this.mathType = precision == Precision.FP32 ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH;
    this.deterministic = deterministic;
  }

  BoundWork bind(Convolve call) {
    var bound = new Bound(call);
    try {
      bound.algorithm = chosen.computeIfAbsent(key(call), key -> choose(bound, key));
      return bound;
    } catch (RuntimeException e) {
      bound.close();
      throw e;
    }
  }

  private String key(Convolve call) {
    return "%s %s %s %s, cuDNN %d, math type %d, %s, at most %d bytes"
        .formatted(
            call.pass(),
            call.geometry(),
            call.type(),
            isFused(call) ? call.epilogue().relu() ? "bias, ReLU" : "bias" : "no epilogue",
            cudnnGetVersion(),
            mathType(call.type()),
            deterministic ? "deterministic" : "the fastest",
            workspace.bytes());
  }

  private static boolean isFused(Convolve call) {
    return !call.epilogue().equals(Epilogue.NONE);
  }

  /** Only tensor cores multiply BF16. */
  private int mathType(Type type) {
    return type == Type.BFLOAT16 ? CUDNN_TENSOR_OP_MATH : mathType;
  }

  private int choose(Bound bound, String description) {
    String key = ProgramCache.key(description, "", device);
    Optional<byte[]> known = cache.load(key);
    if (known.isPresent()) {
      return known.get()[0];
    }
    int algorithm = bound.best();
    cache.store(key, new byte[] {(byte) algorithm});
    return algorithm;
  }

  /** A convolution with its descriptors. */
  private final class Bound implements BoundWork {
    private final Convolve call;
    private final Pointer imageMemory;
    private final Pointer filterMemory;
    private final Pointer fieldMemory;
    private final Pointer biasMemory;
    private final cudnnTensorStruct image = new cudnnTensorStruct();
    private final cudnnFilterStruct filter = new cudnnFilterStruct();
    private final cudnnTensorStruct field = new cudnnTensorStruct();
    private final cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
    private final cudnnTensorStruct bias = new cudnnTensorStruct();
    private final cudnnActivationStruct activation = new cudnnActivationStruct();
    private final FloatPointer alpha;
    private int algorithm;

    Bound(Convolve call) {
      this.call = call;
      this.imageMemory = new DevicePointer(call.image());
      this.filterMemory = new DevicePointer(call.filter());
      this.fieldMemory = new DevicePointer(call.field());
      this.biasMemory = call.epilogue().bias().map(CudaBlas::address).orElse(null);
      this.alpha = new FloatPointer(call.epilogue().alpha());
      try {
        describe(call.geometry());
        if (isFused(call)) {
          describeEpilogue(call.geometry());
        }
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    private void describe(Geometry g) {
      int type = call.type() == Type.FLOAT ? CUDNN_DATA_FLOAT : CUDNN_DATA_BFLOAT16;
      check(cudnnCreateTensorDescriptor(image), "cudnnCreateTensorDescriptor");
      check(
          cudnnSetTensor4dDescriptor(image, CUDNN_TENSOR_NHWC, type, g.n(), g.c(), g.h(), g.w()),
          "cudnnSetTensor4dDescriptor");
      check(cudnnCreateFilterDescriptor(filter), "cudnnCreateFilterDescriptor");
      check(
          cudnnSetFilter4dDescriptor(filter, type, CUDNN_TENSOR_NHWC, g.k(), g.c(), g.r(), g.s()),
          "cudnnSetFilter4dDescriptor");
      check(cudnnCreateTensorDescriptor(field), "cudnnCreateTensorDescriptor");
      check(
          cudnnSetTensor4dDescriptor(field, CUDNN_TENSOR_NHWC, type, g.n(), g.k(), g.p(), g.q()),
          "cudnnSetTensor4dDescriptor");
      check(cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor");
      check(
          cudnnSetConvolution2dDescriptor(
              convolution,
              g.paddingDown(),
              g.paddingAcross(),
              g.strideDown(),
              g.strideAcross(),
              g.dilationDown(),
              g.dilationAcross(),
              CUDNN_CROSS_CORRELATION,
              CUDNN_DATA_FLOAT),
          "cudnnSetConvolution2dDescriptor");
      check(
          cudnnSetConvolutionMathType(convolution, mathType(call.type())),
          "cudnnSetConvolutionMathType");
    }

    private void describeEpilogue(Geometry g) {
      if (biasMemory.address() % CudaBlasLt.BIAS_ALIGNMENT != 0) {
        check(
            CUDNN_STATUS_NOT_SUPPORTED,
            "cudnnConvolutionBiasActivationForward with a bias that is not aligned");
      }
      check(cudnnCreateTensorDescriptor(bias), "cudnnCreateTensorDescriptor");
      check(
          cudnnSetTensor4dDescriptor(bias, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 1, g.k(), 1, 1),
          "cudnnSetTensor4dDescriptor");
      check(cudnnCreateActivationDescriptor(activation), "cudnnCreateActivationDescriptor");
      check(
          cudnnSetActivationDescriptor(
              activation,
              call.epilogue().relu() ? CUDNN_ACTIVATION_RELU : CUDNN_ACTIVATION_IDENTITY,
              CUDNN_NOT_PROPAGATE_NAN, // The other one is not supported here.
              Double.MAX_VALUE), // The upper bound, by the documentation of a ReLU.
          "cudnnSetActivationDescriptor");
    }

    /**
     * The fastest algorithm, by measuring all on the operands' own memory. The result's content is
     * lost; a plan is recorded before it computes anything. cuDNN's own times are of first
     * launches, which load kernels, so that it prefers what another shape has loaded already.
     *
     * <p>Where it is to be deterministic no watch decides, which would not say the same every time:
     * then it is the first that runs.
     */
    int best() {
      int best = -1;
      float shortest = Float.MAX_VALUE;
      for (int candidate : candidates()) {
        float milliseconds = time(candidate);
        if (milliseconds < shortest) {
          best = candidate;
          shortest = milliseconds;
          if (deterministic) {
            break;
          }
        }
      }
      if (best < 0) {
        throw new DeviceException(
            "CUDNN_STATUS_NOT_SUPPORTED",
            "%s: cuDNN has no algorithm for %s %s within %d MiB%s"
                .formatted(
                    call.scope(),
                    call.pass(),
                    call.geometry(),
                    workspace.bytes() >> 20,
                    deterministic ? " that is deterministic" : ""));
      }
      return best;
    }

    /** Number 1 is the one of each pass that is deterministic and takes most shapes. */
    private List<Integer> candidates() {
      List<Candidate> all =
          switch (call.pass()) {
            case FIELD -> ofField();
            case IMAGE -> ofImage();
            case FILTER -> ofFilter();
          };
      return all.stream()
          .filter(this::mayRun)
          .map(Candidate::algorithm)
          .distinct() // It comes once in each type of arithmetic.
          .sorted(Comparator.<Integer, Boolean>comparing(id -> id != 1).thenComparing(id -> id))
          .toList();
    }

    private float time(int candidate) {
      algorithm = candidate;
      try {
        return timer.milliseconds(this);
      } catch (DeviceException e) {
        if (e.code().startsWith("CUDNN_STATUS")) {
          return Float.MAX_VALUE;
        }
        throw e;
      }
    }

    private List<Candidate> ofField() {
      int[] found = new int[1];
      int most = 2 * CUDNN_CONVOLUTION_FWD_ALGO_COUNT;
      try (var measured = new cudnnConvolutionFwdAlgoPerf_t(most)) {
        check(
            cudnnFindConvolutionForwardAlgorithmEx(
                handle,
                image,
                imageMemory,
                filter,
                filterMemory,
                convolution,
                field,
                fieldMemory,
                most,
                found,
                measured,
                workspace.pointer(),
                workspace.bytes()),
            "cudnnFindConvolutionForwardAlgorithmEx");
        return list(
            found[0],
            i -> {
              var m = measured.getPointer(i);
              return new Candidate(m.algo(), m.memory(), m.status(), m.determinism());
            });
      }
    }

    private List<Candidate> ofImage() {
      int[] found = new int[1];
      int most = 2 * CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT;
      try (var measured = new cudnnConvolutionBwdDataAlgoPerf_t(most)) {
        check(
            cudnnFindConvolutionBackwardDataAlgorithmEx(
                handle,
                filter,
                filterMemory,
                field,
                fieldMemory,
                convolution,
                image,
                imageMemory,
                most,
                found,
                measured,
                workspace.pointer(),
                workspace.bytes()),
            "cudnnFindConvolutionBackwardDataAlgorithmEx");
        return list(
            found[0],
            i -> {
              var m = measured.getPointer(i);
              return new Candidate(m.algo(), m.memory(), m.status(), m.determinism());
            });
      }
    }

    private List<Candidate> ofFilter() {
      int[] found = new int[1];
      int most = 2 * CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT;
      try (var measured = new cudnnConvolutionBwdFilterAlgoPerf_t(most)) {
        check(
            cudnnFindConvolutionBackwardFilterAlgorithmEx(
                handle,
                image,
                imageMemory,
                field,
                fieldMemory,
                convolution,
                filter,
                filterMemory,
                most,
                found,
                measured,
                workspace.pointer(),
                workspace.bytes()),
            "cudnnFindConvolutionBackwardFilterAlgorithmEx");
        return list(
            found[0],
            i -> {
              var m = measured.getPointer(i);
              return new Candidate(m.algo(), m.memory(), m.status(), m.determinism());
            });
      }
    }

    private static List<Candidate> list(int count, IntFunction<Candidate> each) {
      return IntStream.range(0, count).mapToObj(each).toList();
    }

    private boolean mayRun(Candidate candidate) {
      return candidate.status == CUDNN_STATUS_SUCCESS
          && candidate.workspace <= workspace.bytes()
          && (!needsImplicitPrecomp()
              || candidate.algorithm == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM)
          && (!deterministic || candidate.determinism == CUDNN_DETERMINISTIC);
    }

    /** cuDNN adds a bias without an activation in this algorithm alone. */
    private boolean needsImplicitPrecomp() {
      return isFused(call) && !call.epilogue().relu();
    }

    @Override
    public void enqueue(CUstream_st stream) {
      if (isFused(call)) {
        enqueueFused();
        return;
      }
      switch (call.pass()) {
        case FIELD ->
            check(
                cudnnConvolutionForward(
                    handle,
                    one,
                    image,
                    imageMemory,
                    filter,
                    filterMemory,
                    convolution,
                    algorithm,
                    workspace.pointer(),
                    workspace.bytes(),
                    zero,
                    field,
                    fieldMemory),
                "cudnnConvolutionForward");
        case IMAGE ->
            check(
                cudnnConvolutionBackwardData(
                    handle,
                    one,
                    filter,
                    filterMemory,
                    field,
                    fieldMemory,
                    convolution,
                    algorithm,
                    workspace.pointer(),
                    workspace.bytes(),
                    zero,
                    image,
                    imageMemory),
                "cudnnConvolutionBackwardData");
        case FILTER ->
            check(
                cudnnConvolutionBackwardFilter(
                    handle,
                    one,
                    image,
                    imageMemory,
                    field,
                    fieldMemory,
                    convolution,
                    algorithm,
                    workspace.pointer(),
                    workspace.bytes(),
                    zero,
                    filter,
                    filterMemory),
                "cudnnConvolutionBackwardFilter");
      }
    }

    /** The addend is the result itself, times zero: it is not read. */
    private void enqueueFused() {
      check(
          cudnnConvolutionBiasActivationForward(
              handle,
              alpha,
              image,
              imageMemory,
              filter,
              filterMemory,
              convolution,
              algorithm,
              workspace.pointer(),
              workspace.bytes(),
              zero,
              field,
              fieldMemory,
              bias,
              biasMemory,
              activation,
              field,
              fieldMemory),
          "cudnnConvolutionBiasActivationForward");
    }

    private void check(int code, String function) {
      CudaDnn.check(code, function, call.scope());
    }

    @Override
    public void close() {
      if (!convolution.isNull()) {
        cudnnDestroyConvolutionDescriptor(convolution);
        convolution.setNull();
      }
      if (!filter.isNull()) {
        cudnnDestroyFilterDescriptor(filter);
        filter.setNull();
      }
      if (!activation.isNull()) {
        cudnnDestroyActivationDescriptor(activation);
        activation.setNull();
      }
      alpha.close();
      for (cudnnTensorStruct tensor : new cudnnTensorStruct[] {image, field, bias}) {
        if (!tensor.isNull()) {
          cudnnDestroyTensorDescriptor(tensor);
          tensor.setNull();
        }
      }
    }
  }
}
