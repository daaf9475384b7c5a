package dev.glimpse.device.cuda;

import static org.bytedeco.cuda.global.cudart.cuMemsetD8Async;
import static org.bytedeco.cuda.global.cudnn.*;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.LibraryCall.Lstm;
import dev.glimpse.device.LibraryCall.LstmGradient;
import dev.glimpse.device.LibraryCall.LstmSpace;
import dev.glimpse.device.LibraryCall.Sequence;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnDropoutStruct;
import org.bytedeco.cuda.cudnn.cudnnRNNDataStruct;
import org.bytedeco.cuda.cudnn.cudnnRNNStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One layer of an LSTM over a sequence, and its gradients, by cuDNN's standard algorithm. */
final class CudaLstm {
  private static final Logger LOG = LoggerFactory.getLogger(CudaLstm.class);
  private static final int GATES = 4;

  private final cudnnContext handle;
  private final CudaWorkspace workspace;
  private final int mathType;

  /** With the handle of {@link CudaDnn}, which closes it. */
  CudaLstm(cudnnContext handle, CudaWorkspace workspace, Precision precision) {
    this.handle = handle;
    this.workspace = workspace;
    // The default is allowed TF32 where the device has it.
    this.mathType = precision == Precision.FP32 ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH;
  }

  /** What cuDNN wants for an LSTM; nothing where it, or our workspace, is not made for it. */
  Optional<LstmSpace> space(Sequence size) {
    String scope = "LSTM of " + size;
    try (var training = new Descriptors(size, CUDNN_FWD_MODE_TRAINING, scope)) {
      new Descriptors(size, CUDNN_FWD_MODE_INFERENCE, scope).close(); // It may want more memory.
      return training.space();
    } catch (DeviceException e) {
      if (!e.code().startsWith("CUDNN_STATUS_NOT_SUPPORTED")) {
        throw e;
      }
      LOG.debug("cuDNN has no LSTM for {}", size, e);
      return Optional.empty();
    }
  }

  BoundWork bind(Lstm call) {
    return new Forward(call);
  }

  BoundWork bind(LstmGradient call) {
    return new Backward(call);
  }

  /** What describes an LSTM in all of cuDNN's functions, and the memory that they want. */
  private final class Descriptors implements AutoCloseable {
    private final Sequence size;
    private final int mode;
    private final String scope;
    long workBytes;
    long reserveBytes;
    long weightBytes;
    final cudnnRNNStruct rnn = new cudnnRNNStruct();
    final cudnnRNNDataStruct x = new cudnnRNNDataStruct();
    final cudnnRNNDataStruct y = new cudnnRNNDataStruct();
    final cudnnTensorStruct state = new cudnnTensorStruct();
    private final cudnnDropoutStruct dropout = new cudnnDropoutStruct();

    Descriptors(Sequence size, int mode, String scope) {
      this.size = size;
      this.mode = mode;
      this.scope = scope;
      try {
        describe();
        askForSizes();
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    private void describe() {
      check(cudnnCreateDropoutDescriptor(dropout), "cudnnCreateDropoutDescriptor");
      // Without memory for states there is no dropout.
      check(cudnnSetDropoutDescriptor(dropout, handle, 0, null, 0, 0), "cudnnSetDropoutDescriptor");
      check(cudnnCreateRNNDescriptor(rnn), "cudnnCreateRNNDescriptor");
      check(
          cudnnSetRNNDescriptor_v8(
              rnn,
              CUDNN_RNN_ALGO_STANDARD,
              CUDNN_LSTM,
              CUDNN_RNN_SINGLE_INP_BIAS,
              CUDNN_UNIDIRECTIONAL,
              CUDNN_LINEAR_INPUT,
              CUDNN_DATA_FLOAT,
              CUDNN_DATA_FLOAT,
              mathType,
              size.in(),
              size.hidden(),
              size.hidden(), // Its projection is none.
              1,
              dropout,
              CUDNN_RNN_PADDED_IO_ENABLED), // Else data must be packed.
          "cudnnSetRNNDescriptor_v8");
      describe(x, size.in());
      describe(y, size.hidden());
      check(cudnnCreateTensorDescriptor(state), "cudnnCreateTensorDescriptor");
      int[] extents = {1, size.batch(), size.hidden()};
      int[] strides = {size.batch() * size.hidden(), size.hidden(), 1};
      check(
          cudnnSetTensorNdDescriptor(state, CUDNN_DATA_FLOAT, 3, extents, strides),
          "cudnnSetTensorNdDescriptor");
    }

    private void describe(cudnnRNNDataStruct data, int width) {
      int[] lengths = new int[size.batch()];
      Arrays.fill(lengths, size.steps());
      check(cudnnCreateRNNDataDescriptor(data), "cudnnCreateRNNDataDescriptor");
      check(
          cudnnSetRNNDataDescriptor(
              data,
              CUDNN_DATA_FLOAT,
              CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_UNPACKED,
              size.steps(),
              size.batch(),
              width,
              lengths,
              null),
          "cudnnSetRNNDataDescriptor");
    }

    private void askForSizes() {
      try (var work = new SizeTPointer(1);
          var reserve = new SizeTPointer(1);
          var weights = new SizeTPointer(1)) {
        check(
            cudnnGetRNNTempSpaceSizes(handle, rnn, mode, x, work, reserve),
            "cudnnGetRNNTempSpaceSizes");
        check(cudnnGetRNNWeightSpaceSize(handle, rnn, weights), "cudnnGetRNNWeightSpaceSize");
        workBytes = work.get();
        reserveBytes = reserve.get();
        weightBytes = weights.get();
        if (workBytes > workspace.bytes()) {
          check(CUDNN_STATUS_NOT_SUPPORTED, "cudnnRNNForward in %d bytes".formatted(workBytes));
        }
      }
    }

    /** Nothing where the gates' weights do not lie one behind the other. */
    Optional<LstmSpace> space() {
      Part[] input = new Part[GATES];
      Part[] hidden = new Part[GATES];
      for (int gate = 0; gate < GATES; gate++) {
        input[gate] = part(gate);
        hidden[gate] = part(GATES + gate);
        int units = size.hidden();
        boolean dense =
            input[gate].weight == input[0].weight + gate * units * size.in()
                && input[gate].bias == input[0].bias + gate * units
                && hidden[gate].weight == hidden[0].weight + gate * units * units;
        if (!dense) {
          LOG.debug("cuDNN's gates lie apart for {}", size);
          return Optional.empty();
        }
      }
      return Optional.of(
          new LstmSpace(
              floats(weightBytes),
              input[0].weight,
              hidden[0].weight,
              input[0].bias,
              floats(reserveBytes)));
    }

    /**
     * Where a layer of cuDNN's lies, in floats: gates of the input are 0 to 3, then come others.
     */
    private Part part(int layer) {
      try (var weight = new PointerPointer<Pointer>(1);
          var bias = new PointerPointer<Pointer>(1)) {
        var weightExtents = new cudnnTensorStruct();
        var biasExtents = new cudnnTensorStruct();
        Pointer base = workspace.pointer(); // Any memory: nothing is read.
        try {
          check(cudnnCreateTensorDescriptor(weightExtents), "cudnnCreateTensorDescriptor");
          check(cudnnCreateTensorDescriptor(biasExtents), "cudnnCreateTensorDescriptor");
          check(
              cudnnGetRNNWeightParams(
                  handle,
                  rnn,
                  0,
                  weightBytes,
                  base,
                  layer,
                  weightExtents,
                  weight,
                  biasExtents,
                  bias),
              "cudnnGetRNNWeightParams");
        } finally {
          cudnnDestroyTensorDescriptor(weightExtents);
          cudnnDestroyTensorDescriptor(biasExtents);
        }
        return new Part(offset(base, weight), offset(base, bias));
      }
    }

    private void check(int code, String function) {
      CudaDnn.check(code, function, scope);
    }

    @Override
    public void close() {
      if (!state.isNull()) {
        cudnnDestroyTensorDescriptor(state);
        state.setNull();
      }
      for (cudnnRNNDataStruct data : new cudnnRNNDataStruct[] {x, y}) {
        if (!data.isNull()) {
          cudnnDestroyRNNDataDescriptor(data);
          data.setNull();
        }
      }
      if (!rnn.isNull()) {
        cudnnDestroyRNNDescriptor(rnn);
        rnn.setNull();
      }
      if (!dropout.isNull()) {
        cudnnDestroyDropoutDescriptor(dropout);
        dropout.setNull();
      }
    }
  }

  private static int floats(long bytes) {
    return Math.toIntExact((bytes + 3) / 4);
  }

  /** Offsets of a gate's weights and bias, in floats; -1 for none. */
  private record Part(int weight, int bias) {}

  private static int offset(Pointer base, PointerPointer<Pointer> to) {
    Pointer pointer = to.get(0);
    return pointer == null ? -1 : (int) ((pointer.address() - base.address()) / 4);
  }

  private final class Forward implements BoundWork {
    private final Lstm call;
    private final Pointer x;
    private final Pointer parameters;
    private final Pointer y;
    private final Pointer reserve;
    private final Descriptors descriptors;

    Forward(Lstm call) {
      this.call = call;
      this.x = new DevicePointer(call.x());
      this.parameters = new DevicePointer(call.parameters());
      this.y = new DevicePointer(call.y());
      this.reserve = call.reserve().<Pointer>map(DevicePointer::new).orElse(null);
      int mode = reserve == null ? CUDNN_FWD_MODE_INFERENCE : CUDNN_FWD_MODE_TRAINING;
      this.descriptors = new Descriptors(call.size(), mode, call.scope());
    }

    /** States are zero before a sequence, and nobody asks for them after it. */
    @Override
    public void enqueue(CUstream_st stream) {
      CudaDnn.check(
          cudnnRNNForward(
              handle,
              descriptors.rnn,
              descriptors.mode,
              (IntPointer) null, // The lengths, which cuDNN 9 takes from the descriptors.
              descriptors.x,
              x,
              descriptors.y,
              y,
              descriptors.state,
              null,
              null,
              descriptors.state,
              null,
              null,
              descriptors.weightBytes,
              parameters,
              descriptors.workBytes,
              workspace.pointer(),
              descriptors.reserveBytes,
              reserve),
          "cudnnRNNForward",
          call.scope());
    }

    @Override
    public void close() {
      descriptors.close();
    }
  }

  private final class Backward implements BoundWork {
    private final LstmGradient call;
    private final Pointer x;
    private final Pointer parameters;
    private final Pointer y;
    private final Pointer dy;
    private final Pointer reserve;
    private final Pointer dx;
    private final Pointer dParameters;
    private final Descriptors descriptors;

    Backward(LstmGradient call) {
      this.call = call;
      this.x = new DevicePointer(call.x());
      this.parameters = new DevicePointer(call.parameters());
      this.y = new DevicePointer(call.y());
      this.dy = new DevicePointer(call.dy());
      this.reserve = new DevicePointer(call.reserve());
      this.dx = new DevicePointer(call.dx());
      this.dParameters = new DevicePointer(call.dParameters());
      this.descriptors = new Descriptors(call.size(), CUDNN_FWD_MODE_TRAINING, call.scope());
    }

    /** The gradient by the weights is added to what is there, and needs the other one before it. */
    @Override
    public void enqueue(CUstream_st stream) {
      CudaDnn.check(
          cudnnRNNBackwardData_v8(
              handle,
              descriptors.rnn,
              (IntPointer) null,
              descriptors.y,
              y,
              dy,
              descriptors.x,
              dx,
              descriptors.state,
              null,
              null,
              null,
              descriptors.state,
              null,
              null,
              null,
              descriptors.weightBytes,
              parameters,
              descriptors.workBytes,
              workspace.pointer(),
              descriptors.reserveBytes,
              reserve),
          "cudnnRNNBackwardData_v8",
          call.scope());
      CudaDriver.check(
          cuMemsetD8Async(dParameters.address(), (byte) 0, descriptors.weightBytes, stream),
          "cuMemsetD8Async");
      CudaDnn.check(
          cudnnRNNBackwardWeights_v8(
              handle,
              descriptors.rnn,
              CUDNN_WGRAD_MODE_ADD,
              (IntPointer) null,
              descriptors.x,
              x,
              descriptors.state,
              null,
              descriptors.y,
              y,
              descriptors.weightBytes,
              dParameters,
              descriptors.workBytes,
              workspace.pointer(),
              descriptors.reserveBytes,
              reserve),
          "cudnnRNNBackwardWeights_v8",
          call.scope());
    }

    @Override
    public void close() {
      descriptors.close();
    }
  }
}
