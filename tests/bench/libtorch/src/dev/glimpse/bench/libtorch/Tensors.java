package dev.glimpse.bench.libtorch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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
}
