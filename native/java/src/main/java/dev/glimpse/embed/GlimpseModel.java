package dev.glimpse.embed;

import static dev.glimpse.embed.GlimpseException.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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
  private final List<GlimpseFunction> opened = new ArrayList<>();
  private final Map<Integer, GlimpseFunction> samplers = new LinkedHashMap<>();
  private NativeLibrary.Model model;

  private GlimpseModel(NativeLibrary.Model model) {
    this.model = model;
  }

  /** Opens a bundle, to be run on the best device: a GPU, else the CPU. */
  public static GlimpseModel load(String path) {
    return load(path, "best");
  }

  /**
   * Opens a bundle.
   *
   * @param device {@code best}, {@code gpu}, {@code cpu}, an id that {@code glimpse devices} lists,
   *     or a part of a device's name
   */
  public static GlimpseModel load(String path, String device) {
    var model = new NativeLibrary.Model();
    try (var options = new NativeLibrary.Options();
        var name = new BytePointer(device)) {
      options.device(name);
      check(NativeLibrary.glimpse_open(path, options, model));
    }
    return new GlimpseModel(model);
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
   * @param classes the number of labels; 0 without
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

  /** Makes a function ready to run, for a batch size that the bundle has. Closed with the model. */
  public GlimpseFunction function(String name, int batch) {
    var function = new NativeLibrary.Function();
    check(NativeLibrary.glimpse_function_open(open(), name, batch, function));
    var made = new GlimpseFunction(function);
    opened.add(made);
    return made;
  }

  /**
   * Draws new images: {@code [count, H W C]} in [0, 1]. For a model without labels; those that take
   * some are run by {@link #function}.
   *
   * @param seed the same one gives the same images
   */
  public float[] sample(int count, long seed) {
    TreeSet<Integer> batches = functions().getOrDefault("sample", new TreeSet<>());
    if (batches.isEmpty() || count < 1) {
      throw new IllegalArgumentException(
          "the bundle cannot sample " + count + " images; its functions: " + functions());
    }
    Integer fitting = batches.floor(count);
    int batch = fitting == null ? batches.first() : fitting;
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
      opened.forEach(GlimpseFunction::close);
      NativeLibrary.glimpse_close(model);
      model = null;
    }
  }
}
