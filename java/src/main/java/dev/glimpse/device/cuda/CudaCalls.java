package dev.glimpse.device.cuda;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.DeviceOptions.Kernels;
import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.LibraryCall.Convolve;
import dev.glimpse.device.LibraryCall.LstmSpace;
import dev.glimpse.device.LibraryCall.Sequence;
import dev.glimpse.device.ProgramCache;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The libraries of a device, as far as they are here and wanted. Each starts with the first call of
 * it, so that a device that only lists or copies loads no more than it needs.
 */
final class CudaCalls {
  private static final Logger LOG = LoggerFactory.getLogger(CudaCalls.class);

  /** The first compute capability whose tensor cores take TF32 and bfloat16. */
  private static final int AMPERE = 80;

  private final CudaDevice device;
  private final DeviceOptions options;
  private final ProgramCache algorithms;
  private CudaWorkspace workspace;
  private CudaBlas blas;
  private CudaDnn dnn;

  CudaCalls(CudaDevice device, DeviceOptions options, ProgramCache algorithms) {
    this.device = device;
    this.options = options;
    this.algorithms = algorithms;
  }

  /**
   * The options with the precision that a device has.
   *
   * @throws DeviceException where it has not the one that is asked for
   */
  static DeviceOptions resolve(DeviceOptions options, DeviceInfo device, int handle) {
    Precision best = CudaDriver.capability(handle) >= AMPERE ? Precision.TF32 : Precision.FP32;
    Precision precision =
        options.precision().orElse(options.kernels() == Kernels.HAND ? Precision.FP32 : best);
    if (precision != Precision.FP32 && best == Precision.FP32) {
      throw new DeviceException(
          "NO_LIBRARY",
          "%s (%s) multiplies in fp32 only: leave out --precision"
              .formatted(device.id(), device.name()));
    }
    return new DeviceOptions(options.kernels(), Optional.of(precision), options.deterministic());
  }

  /**
   * Loads what the options ask for.
   *
   * @param options that were {@link #resolve resolved}
   * @return the kinds of call that can be served
   * @throws DeviceException when something is missing that was insisted on
   */
  static Set<LibraryCall.Kind> load(CudaLibraries libraries, DeviceOptions options) {
    var kinds = EnumSet.noneOf(LibraryCall.Kind.class);
    if (options.kernels() == Kernels.HAND) {
      if (precision(options) != Precision.FP32) {
        throw new DeviceException(
            "NO_LIBRARY", "our own kernels compute in fp32: leave out --precision or --kernels");
      }
      return kinds;
    }
    offer(kinds, LibraryCall.Kind.GEMM, libraries.loadBlas(), options);
    offer(kinds, LibraryCall.Kind.CONVOLUTION, libraries.loadDnn(), options);
    if (kinds.contains(LibraryCall.Kind.CONVOLUTION)) {
      if (precision(options) == Precision.BF16) {
        kinds.add(LibraryCall.Kind.BFLOAT16_CONVOLUTION);
      }
      if (options.kernels() == Kernels.AUTO && precision(options) == Precision.FP32) {
        kinds.remove(LibraryCall.Kind.CONVOLUTION);
        kinds.add(LibraryCall.Kind.SOME_CONVOLUTIONS);
      }
      if (options.kernels() == Kernels.LIBRARY) {
        // Ours is a pass less, as its activation fuses: cuDNN's is for who wants to compare.
        kinds.add(LibraryCall.Kind.BATCH_NORM);
      }
      if (!options.deterministic()) {
        // By its release notes: it multiplies in several streams, which share cuBLAS's buffers.
        kinds.add(LibraryCall.Kind.LSTM);
      }
    }
    return kinds;
  }

  private static void offer(
      Set<LibraryCall.Kind> kinds,
      LibraryCall.Kind kind,
      Optional<String> missing,
      DeviceOptions options) {
    if (missing.isEmpty()) {
      kinds.add(kind);
    } else if (options.kernels() == Kernels.LIBRARY) {
      throw new DeviceException("NO_LIBRARY", missing.get());
    } else {
      LOG.warn("our own kernels compute instead. {}", missing.get());
    }
  }

  BoundWork bind(LibraryCall call) {
    return call instanceof LibraryCall.Gemm gemm ? blas().bind(gemm) : dnn().bind(call);
  }

  private CudaBlas blas() {
    if (blas == null) {
      blas = new CudaBlas(device.stream(), workspace(), precision());
    }
    return blas;
  }

  private CudaDnn dnn() {
    if (dnn == null) {
      dnn =
          new CudaDnn(
              device.info(),
              device.stream(),
              workspace(),
              new CudaTimer(device.stream()),
              precision(),
              options.deterministic(),
              algorithms);
    }
    return dnn;
  }

  private CudaWorkspace workspace() {
    if (workspace == null) {
      workspace = new CudaWorkspace(device);
    }
    return workspace;
  }

  /** In which libraries multiply. */
  Precision precision() {
    return precision(options);
  }

  private static Precision precision(DeviceOptions resolved) {
    return resolved.precision().orElseThrow();
  }

  /**
   * See {@link CudaLstm#space}.
   *
   * @throws DeviceException where it is nothing, and the library was insisted on
   */
  Optional<LstmSpace> lstmSpace(Sequence size) {
    Optional<LstmSpace> space = Optional.empty();
    try {
      space = dnn().lstmSpace(size);
    } catch (DeviceException e) {
      doWithout(e);
    }
    if (space.isEmpty() && options.kernels() == Kernels.LIBRARY) {
      throw new DeviceException(
          "NO_LIBRARY", "cuDNN does not compute an LSTM of %s: use --kernels auto".formatted(size));
    }
    return space;
  }

  /**
   * Whether a library takes this very call. cuDNN says so of some only when it is to compute them,
   * and so it does, once, before there is anything that could be spoilt. Where a call is not taken
   * a simpler one follows; behind a plain convolution there is only a kernel of ours.
   *
   * @throws DeviceException where the call fails for another reason, unless we may do without
   */
  boolean accepts(LibraryCall call, CUstream_st stream) {
    try (BoundWork work = bind(call)) {
      work.enqueue(stream);
      return true;
    } catch (DeviceException e) {
      boolean unsupported =
          e.code().startsWith("CUDNN_STATUS_NOT_SUPPORTED")
              || e.code().equals("CUBLAS_STATUS_NOT_SUPPORTED");
      boolean plain = call instanceof Convolve convolve && convolve.isPlain();
      if (unsupported && !plain) {
        LOG.debug("{}: not by the library", call.scope(), e);
      } else {
        doWithout(e);
      }
      return false;
    }
  }

  /** Tells of a library's failure where there is another way, else throws it. */
  private void doWithout(DeviceException failure) {
    boolean ofLibrary =
        failure.code().startsWith("CUDNN_STATUS") || failure.code().startsWith("CUBLAS_STATUS");
    if (options.kernels() == Kernels.LIBRARY || !ofLibrary) {
      throw failure;
    }
    LOG.warn("{}; it is computed without this call", failure.getMessage());
  }

  void close() {
    if (dnn != null) {
      dnn.close();
    }
    if (blas != null) {
      blas.close();
    }
    if (workspace != null) {
      workspace.close();
    }
  }
}
