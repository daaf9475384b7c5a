package dev.glimpse.bench.libtorch;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** Tensors of LibTorch from arrays. */
final class Tensors {
  private Tensors() {}

  /** A copy of the values. */
  static Tensor of(float[] values, long... shape) {
    try (var pointer = new FloatPointer(values);
        var shared = torch.from_blob(pointer, shape)) {
      return shared.clone();
    }
  }

  /** Images {@code [N, C, H, W]} from ours {@code [N, H, W, C]}, which lie like that in memory. */
  static Tensor images(float[] values, int batch, int size, int channels) {
    return of(values, batch, size, size, channels).permute(0, 3, 1, 2);
  }

  /** Ours {@code [N, H, W, C]} from images {@code [N, C, H, W]}. */
  static Tensor ours(Tensor images) {
    return images.permute(0, 2, 3, 1);
  }

  /** A convolution's {@code [out, in, k, k]} from our {@code [k, k, in, out]}. */
  static Tensor weight(float[] values, int kernel, int in, int out) {
    return channelsLast(of(values, kernel, kernel, in, out).permute(3, 2, 0, 1));
  }

  /** A transposed convolution's {@code [in, out, k, k]} from our {@code [k, k, in, out]}. */
  static Tensor transposedWeight(float[] values, int kernel, int in, int out) {
    return channelsLast(of(values, kernel, kernel, in, out).permute(2, 3, 0, 1));
  }

  private static Tensor channelsLast(Tensor tensor) {
    return tensor.contiguous(MemoryFormat.ChannelsLast);
  }

  /** Which of an operation's gradients are wanted. */
  static BoolPointer mask(boolean... wanted) {
    var mask = new BoolPointer(wanted.length);
    for (int i = 0; i < wanted.length; i++) {
      mask.put(i, wanted[i]);
    }
    return mask;
  }
}
