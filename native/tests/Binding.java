import dev.glimpse.embed.GlimpseDevice;
import dev.glimpse.embed.GlimpseException;
import dev.glimpse.embed.GlimpseFunction;
import dev.glimpse.embed.GlimpseModel;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What the Java binding adds to the C ABI: Binding BUNDLE CONDITIONAL. That it computes the engine's
 * bits is EmbeddedModelTest's.
 */
class Binding {
  public static void main(String[] arguments) throws IOException, InterruptedException {
    byte[] bundle = Files.readAllBytes(Path.of(arguments[0]));
    try (var model = GlimpseModel.load(arguments[0])) {
      messages(arguments[0], model);
      samples(model);
      forgets(model);
      fromMemory(bundle, model.sample(1, 1));
    }
    keepsMemory(bundle);
    devices(arguments[0]);
    labels(arguments[1]);
  }

  private static void messages(String path, GlimpseModel model) {
    says(NullPointerException.class, "device", () -> GlimpseModel.load(path, null));
    says(NullPointerException.class, "path", () -> GlimpseModel.load((String) null));
    ByteBuffer none = null;
    says(NullPointerException.class, "bundle", () -> GlimpseModel.load(none));
    ByteBuffer empty = ByteBuffer.allocate(0);
    says(NullPointerException.class, "device", () -> GlimpseModel.load(empty, null));
    says(GlimpseException.class, "no bundle", () -> GlimpseModel.load(empty));
    ByteBuffer zeros = ByteBuffer.allocateDirect(200);
    says(GlimpseException.class, "no bundle", () -> GlimpseModel.load(zeros));
    says(GlimpseException.class, "cut off", () -> GlimpseModel.load(zeros.limit(100)));
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
    expect(collected(closed), "a closed function is forgotten");
  }

  private static boolean collected(WeakReference<?> object) throws InterruptedException {
    for (int i = 0; object.get() != null && i < 100; i++) {
      System.gc();
      Thread.sleep(10);
    }
    return object.get() == null;
  }

  /** Between position and limit, which stay where they are, whatever the buffer is. */
  private static void fromMemory(byte[] bundle, float[] expected) {
    ByteBuffer heap = ByteBuffer.allocate(bundle.length + 8).position(3).put(bundle).flip();
    ByteBuffer direct = direct(bundle);
    for (ByteBuffer buffer : List.of(heap, heap.asReadOnlyBuffer(), direct)) {
      buffer.position(3);
      try (var model = GlimpseModel.load(buffer)) {
        expect(Arrays.equals(expected, model.sample(1, 1)), "sampled from " + buffer);
      }
      expect(buffer.position() == 3 && buffer.remaining() == bundle.length, "left: " + buffer);
    }
    ByteBuffer cut = direct.duplicate().limit(direct.limit() - 1);
    says(GlimpseException.class, "is cut off", () -> GlimpseModel.load(cut));
  }

  private static ByteBuffer direct(byte[] bundle) {
    return ByteBuffer.allocateDirect(bundle.length + 8).position(3).put(bundle).flip().position(3);
  }

  /** Until the model is closed, also where only a function of it is left. */
  private static void keepsMemory(byte[] bundle) throws InterruptedException {
    ByteBuffer bytes = direct(bundle);
    var memory = new WeakReference<>(bytes);
    GlimpseFunction alone = GlimpseModel.load(bytes).function("sample", 0);
    bytes = null;
    expect(!collected(memory), "a function keeps its model's memory");
    alone.run();
    alone.close();

    bytes = direct(bundle);
    memory = new WeakReference<>(bytes);
    GlimpseModel model = GlimpseModel.load(bytes);
    bytes = null;
    model.close();
    expect(collected(memory), "a closed model lets go of its memory");
    says(IllegalStateException.class, "closed", model::card);
  }

  /** A model runs on each that is listed. */
  private static void devices(String path) {
    List<GlimpseDevice> devices = GlimpseDevice.list();
    expect(!devices.isEmpty(), "no device");
    for (GlimpseDevice device : devices) {
      expect(device.id().matches("opencl:\\d+\\.\\d+"), device.toString());
      expect(!device.name().isEmpty() && !device.platform().isEmpty(), device.toString());
      try (var model = GlimpseModel.load(path, device.id())) {
        model.sample(1, 1);
      }
    }
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
