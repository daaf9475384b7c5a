package dev.glimpse.bench.libtorch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.NoGradGuard;

/** States that hold while a block of code runs. */
@SuppressWarnings("try") // A scope is there to be closed, not to be referred to.
final class Scopes {
  private Scopes() {}

  /** Frees all native objects made by the work, results included. */
  static <T> T freeing(Supplier<T> work) {
    try (var scope = new PointerScope()) {
      return work.get();
    }
  }

  /** Records nothing for gradients. */
  static void withoutGradients(Runnable work) {
    try (var guard = new NoGradGuard()) {
      work.run();
    }
  }

  /** Records nothing for gradients, ever: a little cheaper. */
  static <T> T inference(Supplier<T> work) {
    try (var guard = new InferenceMode()) {
      return work.get();
    }
  }
}
