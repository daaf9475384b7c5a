package dev.glimpse.device.cuda;

import static org.bytedeco.cuda.global.cudnn.*;

import dev.glimpse.device.LibraryCall.BatchNorm;
import dev.glimpse.device.LibraryCall.BatchNormGradient;
import dev.glimpse.device.LibraryCall.Images;
import dev.glimpse.device.LibraryCall.Running;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Batch normalisation and its gradient by cuDNN, NHWC, in its mode SPATIAL: moments of each
 * channel. The mode SPATIAL_PERSISTENT would be a pass less and is less accurate by its
 * documentation's own word; cuDNN's fused activation is for FP16 alone.
 */
@SuppressWarnings("deprecation")
final class CudaBatchNorm {
  private final cudnnContext handle;
  private final FloatPointer one;
  private final FloatPointer zero;

  /** With the handle and the constants of {@link CudaDnn}, which closes them. */
  CudaBatchNorm(cudnnContext handle, FloatPointer one, FloatPointer zero) {
    this.handle = handle;
    this.one = one;
    this.zero = zero;
  }

  BoundWork bind(BatchNorm call) {
    return new Forward(call);
  }

  BoundWork bind(BatchNormGradient call) {
    return new Backward(call);
  }

  /** The descriptors that both directions need. */
  private static final class Descriptors {
    final cudnnTensorStruct images = new cudnnTensorStruct();
    final cudnnTensorStruct channels = new cudnnTensorStruct();

    Descriptors(Images size, String scope) {
      try {
        CudaDnn.check(cudnnCreateTensorDescriptor(images), "cudnnCreateTensorDescriptor", scope);
        CudaDnn.check(
            cudnnSetTensor4dDescriptor(
                images,
                CUDNN_TENSOR_NHWC,
                CUDNN_DATA_FLOAT,
                size.n(),
                size.c(),
                size.h(),
                size.w()),
            "cudnnSetTensor4dDescriptor",
            scope);
        CudaDnn.check(cudnnCreateTensorDescriptor(channels), "cudnnCreateTensorDescriptor", scope);
        CudaDnn.check(
            cudnnDeriveBNTensorDescriptor(channels, images, CUDNN_BATCHNORM_SPATIAL),
            "cudnnDeriveBNTensorDescriptor",
            scope);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    void close() {
      for (cudnnTensorStruct tensor : new cudnnTensorStruct[] {images, channels}) {
        if (!tensor.isNull()) {
          cudnnDestroyTensorDescriptor(tensor);
          tensor.setNull();
        }
      }
    }
  }

  private final class Forward implements BoundWork {
    private final BatchNorm call;
    private final Pointer x;
    private final Pointer scale;
    private final Pointer shift;
    private final Pointer y;
    private final Pointer mean;
    private final Pointer inverseDeviation;
    private final double momentum;
    private final Pointer runningMean;
    private final Pointer runningVariance;
    private final Descriptors descriptors;

    Forward(BatchNorm call) {
      this.call = call;
      this.x = new DevicePointer(call.x());
      this.scale = new DevicePointer(call.scale());
      this.shift = new DevicePointer(call.shift());
      this.y = new DevicePointer(call.y());
      this.mean = new DevicePointer(call.mean());
      this.inverseDeviation = new DevicePointer(call.inverseDeviation());
      this.momentum = call.running().map(Running::momentum).orElse(0f);
      this.runningMean =
          call.running().<Pointer>map(running -> new DevicePointer(running.mean())).orElse(null);
      this.runningVariance =
          call.running()
              .<Pointer>map(running -> new DevicePointer(running.variance()))
              .orElse(null);
      this.descriptors = new Descriptors(call.images(), call.scope());
    }

    @Override
    public void enqueue(CUstream_st stream) {
      CudaDnn.check(
          cudnnBatchNormalizationForwardTraining(
              handle,
              CUDNN_BATCHNORM_SPATIAL,
              one,
              zero,
              descriptors.images,
              x,
              descriptors.images,
              y,
              descriptors.channels,
              scale,
              shift,
              momentum,
              runningMean,
              runningVariance,
              call.epsilon(),
              mean,
              inverseDeviation),
          "cudnnBatchNormalizationForwardTraining",
          call.scope());
    }

    @Override
    public void close() {
      descriptors.close();
    }
  }

  private final class Backward implements BoundWork {
    private final BatchNormGradient call;
    private final Pointer x;
    private final Pointer dy;
    private final Pointer scale;
    private final Pointer mean;
    private final Pointer inverseDeviation;
    private final Pointer dx;
    private final Pointer dScale;
    private final Pointer dShift;
    private final Descriptors descriptors;

    Backward(BatchNormGradient call) {
      this.call = call;
      this.x = new DevicePointer(call.x());
      this.dy = new DevicePointer(call.dy());
      this.scale = new DevicePointer(call.scale());
      this.mean = new DevicePointer(call.mean());
      this.inverseDeviation = new DevicePointer(call.inverseDeviation());
      this.dx = new DevicePointer(call.dx());
      this.dScale = new DevicePointer(call.dScale());
      this.dShift = new DevicePointer(call.dShift());
      this.descriptors = new Descriptors(call.images(), call.scope());
    }

    @Override
    public void enqueue(CUstream_st stream) {
      CudaDnn.check(
          cudnnBatchNormalizationBackward(
              handle,
              CUDNN_BATCHNORM_SPATIAL,
              one,
              zero,
              one,
              zero,
              descriptors.images,
              x,
              descriptors.images,
              dy,
              descriptors.images,
              dx,
              descriptors.channels,
              scale,
              dScale,
              dShift,
              call.epsilon(),
              mean,
              inverseDeviation),
          "cudnnBatchNormalizationBackward",
          call.scope());
    }

    @Override
    public void close() {
      descriptors.close();
    }
  }
}
