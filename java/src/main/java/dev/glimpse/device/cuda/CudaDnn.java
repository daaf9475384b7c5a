package dev.glimpse.device.cuda;

import static org.bytedeco.cuda.global.cudnn.*;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.LibraryCall.Convolve;
import dev.glimpse.device.LibraryCall.LstmSpace;
import dev.glimpse.device.LibraryCall.Sequence;
import dev.glimpse.device.ProgramCache;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * cuDNN: its handle, and who makes which call of it.
 *
 * <p>This is cuDNN's older interface, deprecated in version 9 and whole in it: its graph interface
 * would take several times the code for the same calls.
 */
@SuppressWarnings("deprecation")
final class CudaDnn {
  private static final int LONGEST_ERROR = 1_000;

  private final cudnnContext handle = new cudnnContext();
  private final FloatPointer one = new FloatPointer(1f);
  private final FloatPointer zero = new FloatPointer(0f);
  private final CudaConvolution convolution;
  private final CudaBatchNorm batchNorm;
  private final CudaLstm lstm;

  CudaDnn(
      DeviceInfo device,
      CUstream_st stream,
      CudaWorkspace workspace,
      CudaTimer timer,
      Precision precision,
      boolean deterministic,
      ProgramCache cache) {
    check(cudnnCreate(handle), "cudnnCreate", "");
    try {
      check(cudnnSetStream(handle, stream), "cudnnSetStream", "");
    } catch (DeviceException e) {
      close();
      throw e;
    }
    convolution =
        new CudaConvolution(
            handle, one, zero, device, workspace, timer, precision, deterministic, cache);
    batchNorm = new CudaBatchNorm(handle, one, zero);
    lstm = new CudaLstm(handle, workspace, precision);
  }

  void close() {
    cudnnDestroy(handle);
    one.close();
    zero.close();
  }

  /** Any call but a product. */
  BoundWork bind(LibraryCall call) {
    if (call instanceof LibraryCall.BatchNorm norm) {
      return batchNorm.bind(norm);
    }
    if (call instanceof LibraryCall.BatchNormGradient gradient) {
      return batchNorm.bind(gradient);
    }
    if (call instanceof LibraryCall.Lstm forward) {
      return lstm.bind(forward);
    }
    if (call instanceof LibraryCall.LstmGradient gradient) {
      return lstm.bind(gradient);
    }
    return convolution.bind((Convolve) call);
  }

  /** See {@link CudaLstm#space}. */
  Optional<LstmSpace> lstmSpace(Sequence size) {
    return lstm.space(size);
  }

  static void check(int code, String function, String scope) {
    if (code != CUDNN_STATUS_SUCCESS) {
      BytePointer name = cudnnGetErrorString(code);
      String symbol = name == null ? "CUDNN_STATUS_" + code : name.getString();
      String reason = lastError();
      throw new DeviceException(
          symbol,
          (scope.isEmpty() ? "" : scope + ": ")
              + function
              + " failed: "
              + symbol
              + (reason.isEmpty() ? "" : ", since " + reason));
    }
  }

  /** The condition that the thread's last call of cuDNN did not meet, or nothing. */
  private static String lastError() {
    byte[] text = new byte[LONGEST_ERROR];
    cudnnGetLastErrorString(text, text.length);
    return CudaDriver.text(text);
  }
}
