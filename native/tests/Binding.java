import dev.glimpse.embed.GlimpseException;
import dev.glimpse.embed.GlimpseFunction;
import dev.glimpse.embed.GlimpseModel;
import java.lang.ref.WeakReference;
import java.util.Arrays;

/**
 * What the Java binding adds to the C ABI: Binding BUNDLE CONDITIONAL. That it computes the engine's
 * bits is EmbeddedModelTest's.
 */
class Binding {
  public static void main(String[] arguments) throws InterruptedException {
    try (var model = GlimpseModel.load(arguments[0])) {
      messages(arguments[0], model);
      samples(model);
      forgets(model);
    }
    labels(arguments[1]);
  }

  private static void messages(String path, GlimpseModel model) {
    says(NullPointerException.class, "device", () -> GlimpseModel.load(path, null));
    says(NullPointerException.class, "path", () -> GlimpseModel.load(null));
    says(NullPointerException.class, "name", () -> model.function(null, 1));
    says(IllegalArgumentException.class, "-5", () -> model.function("sample", -5));
  }

  /** Of batches of 1 and 16, those of 16 have the fewest runs. */
  private static void samples(GlimpseModel model) {
    float[] all = model.sample(16, 1);
    expect(Arrays.equals(Arrays.copyOf(all, 15 * 784), model.sample(15, 1)), "15 of 16");
    expect(Arrays.equals(all, Arrays.copyOf(model.sample(17, 1), 16 * 784)), "16 of 17");
    expect(!Arrays.equals(Arrays.copyOf(all, 2 * 784), model.sample(2, 1)), "2 one by one");
  }

  private static void forgets(GlimpseModel model) throws InterruptedException {
    var closed = new WeakReference<GlimpseFunction>(model.function("sample", 1));
    closed.get().close();
    for (int i = 0; closed.get() != null && i < 100; i++) {
      System.gc();
      Thread.sleep(10);
    }
    expect(closed.get() == null, "a closed function is forgotten");
  }

  private static void labels(String path) {
    try (var model = GlimpseModel.load(path)) {
      GlimpseFunction sample = model.function("sample", 0);
      says(GlimpseException.class, "labels was never written", sample::run);
      sample.write("labels", new float[sample.inputs().get("labels")]);
      sample.run();
      sample.close();
      sample.close();
    }
  }

  private static void says(Class<? extends Exception> type, String text, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException error) {
      String message = String.valueOf(error.getMessage());
      expect(type.isInstance(error) && message.contains(text), type + " " + text + ": " + error);
      return;
    }
    expect(false, type + " " + text + ": nothing was thrown");
  }

  private static void expect(boolean ok, String what) {
    if (!ok) {
      throw new AssertionError(what);
    }
  }
}
