package dev.glimpse.embed;

import static dev.glimpse.embed.GlimpseException.check;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntBiFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A trained model, from a bundle that {@code glimpse export} wrote. It needs an OpenCL driver and
 * nothing of the engine. Load only bundles from sources that you trust: they hold kernels, which on
 * a CPU run in this process.
 *
 * <p>All methods throw {@link GlimpseException}. Not for several threads at once.
 */
public final class GlimpseModel implements AutoCloseable {
  private final Set<GlimpseFunction> opened = new HashSet<>();
  private final Map<Integer, GlimpseFunction> samplers = new LinkedHashMap<>();
  private NativeLibrary.Model model;
  private ByteBuffer memory; // which the model reads

  private GlimpseModel(NativeLibrary.Model model, ByteBuffer memory) {
    this.model = model;
    this.memory = memory;
  }

  /** Opens a bundle, to be run on the best device: a GPU, else the CPU. */
  public static GlimpseModel load(String path) {
    return load(path, "best");
  }

  /**
   * Opens a bundle.
   *
   * @param device {@code best}, {@code gpu}, {@code cpu}, a {@link GlimpseDevice#id}, or a part of
   *     a device's name
   */
  public static GlimpseModel load(String path, String device) {
    Objects.requireNonNull(path, "path");
    return load(device, null, (options, model) -> NativeLibrary.glimpse_open(path, options, model));
  }

  /** Opens a bundle in memory, to be run on the best device: a GPU, else the CPU. */
  public static GlimpseModel load(ByteBuffer bundle) {
    return load(bundle, "best");
  }

  /**
   * Opens a bundle in memory, from the buffer's position to its limit. Of a buffer that is not
   * direct, the model has a copy. A direct one is read where it is: its bytes must stay as they are
   * until the model is closed.
   *
   * @param device as for a file
   */
  public static GlimpseModel load(ByteBuffer bundle, String device) {
    Objects.requireNonNull(bundle, "bundle");
    ByteBuffer memory = bundle.isDirect() ? bundle.slice() : directCopy(bundle);
    return load(
        device,
        memory,
        (options, model) ->
            NativeLibrary.glimpse_open_memory(memory, memory.remaining(), options, model));
  }

  private static ByteBuffer directCopy(ByteBuffer bytes) {
    return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes.duplicate()).flip();
  }

  private static GlimpseModel load(
      String device,
      ByteBuffer memory,
      ToIntBiFunction<NativeLibrary.Options, NativeLibrary.Model> open) {
    Objects.requireNonNull(device, "device");
    var model = new NativeLibrary.Model();
    try (var options = new NativeLibrary.Options();
        var name = new BytePointer(device)) {
      options.device(name);
      check(open.applyAsInt(options, model));
    }
    return new GlimpseModel(model, memory);
  }

  private NativeLibrary.Model open() {
    if (model == null) {
      throw new IllegalStateException("the model is closed");
    }
    return model;
  }

  /** What the model is, how it was trained and how good it is: JSON. */
  public String card() {
    return NativeLibrary.text(NativeLibrary.glimpse_card(open()));
  }

  /**
   * The images that a model knows.
   *
   * @param classes of the data that it learnt from; whether a function takes labels, its {@link
   *     GlimpseFunction#inputs} tell
   */
  public record Images(int height, int width, int channels, int classes) {}

  /** The images that the model knows. */
  public Images images() {
    int[] height = new int[1];
    int[] width = new int[1];
    int[] channels = new int[1];
    int[] classes = new int[1];
    check(NativeLibrary.glimpse_images(open(), height, width, channels, classes));
    return new Images(height[0], width[0], channels[0], classes[0]);
  }

  /** The names of the model's functions, each with its batch sizes. */
  public Map<String, TreeSet<Integer>> functions() {
    var functions = new LinkedHashMap<String, TreeSet<Integer>>();
    try (var name = new PointerPointer<BytePointer>(1)) {
      int[] batch = new int[1];
      for (long i = 0; i < NativeLibrary.glimpse_function_count(open()); i++) {
        check(NativeLibrary.glimpse_function_at(open(), i, name, batch));
        functions.computeIfAbsent(name.getString(0), key -> new TreeSet<>()).add(batch[0]);
      }
    }
    return functions;
  }

  /**
   * Makes a function ready to run. Closed with the model, if not before.
   *
   * @param batch a size that the bundle has; 0 for the smallest
   */
  public GlimpseFunction function(String name, int batch) {
    Objects.requireNonNull(name, "name");
    if (batch < 0) {
      throw new IllegalArgumentException(
          "no batch has " + batch + " examples; the bundle's functions, by batch: " + functions());
    }
    var function = new NativeLibrary.Function();
    check(NativeLibrary.glimpse_function_open(open(), name, batch, function));
    // Through this lambda the function keeps the model, and with it the bundle's memory.
    var made = new GlimpseFunction(function, closed -> opened.remove(closed));
    opened.add(made);
    return made;
  }

  /**
   * Draws new images: {@code [count, H W C]} in [0, 1]. For a model without labels; those that take
   * some are run by {@link #function}.
   *
   * <p>They are drawn in batches of the smallest size that the bundle has for {@code count} images
   * or more, unless that is more than twice as many; else of the largest for no more. What is left
   * of the last batch is dropped. So long as the batch size stays the same, fewer images are the
   * first of more.
   *
   * @param seed with a batch size, it gives the same images: 1 and a batch of 16 those of {@code
   *     glimpse sample --seed 1 --count 16}
   */
  public float[] sample(int count, long seed) {
    TreeSet<Integer> batches = functions().getOrDefault("sample", new TreeSet<>());
    if (batches.isEmpty() || count < 1) {
      throw new IllegalArgumentException(
          "the bundle cannot sample " + count + " images; its functions: " + functions());
    }
    Integer whole = batches.ceiling(count);
    Integer part = batches.floor(count);
    int batch = part == null || whole != null && whole <= 2L * count ? whole : part;
    GlimpseFunction sampler = samplers.computeIfAbsent(batch, n -> function("sample", n));
    if (!sampler.inputs().isEmpty()) {
      throw new IllegalArgumentException("sample takes " + sampler.inputs() + ": use function()");
    }
    int pixels = sampler.outputs().get("samples") / batch;
    float[] images = new float[Math.multiplyExact(count, pixels)];
    sampler.seed(seed);
    for (int done = 0; done < count; done += batch) {
      sampler.run();
      int wanted = Math.min(batch, count - done);
      System.arraycopy(sampler.read("samples"), 0, images, done * pixels, wanted * pixels);
    }
    return images;
  }

  @Override
  public void close() {
    if (model != null) {
      List.copyOf(opened).forEach(GlimpseFunction::close);
      NativeLibrary.glimpse_close(model);
      model = null;
      memory = null;
    }
  }
}
