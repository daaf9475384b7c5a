package dev.glimpse.embed;

import static dev.glimpse.embed.GlimpseException.check;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Something that a model can do with a batch, ready to run. For one thread at a time. Tensors are
 * floats, row-major: images {@code [N, H W C]} in [0, 1], labels one-hot.
 */
public final class GlimpseFunction implements AutoCloseable {
  private final Map<String, Integer> inputs = new LinkedHashMap<>();
  private final Map<String, Integer> outputs = new LinkedHashMap<>();
  private final int batch;
  private final Consumer<GlimpseFunction> whenClosed;
  private NativeLibrary.Function function;

  GlimpseFunction(NativeLibrary.Function function, Consumer<GlimpseFunction> whenClosed) {
    this.function = function;
    this.whenClosed = whenClosed;
    this.batch = NativeLibrary.glimpse_batch(function);
    try (var tensor = new NativeLibrary.Tensor()) {
      for (long i = 0; i < NativeLibrary.glimpse_input_count(function); i++) {
        check(NativeLibrary.glimpse_input(function, i, tensor));
        inputs.put(tensor.name().getString(), Math.toIntExact(tensor.count()));
      }
      for (long i = 0; i < NativeLibrary.glimpse_output_count(function); i++) {
        check(NativeLibrary.glimpse_output(function, i, tensor));
        outputs.put(tensor.name().getString(), Math.toIntExact(tensor.count()));
      }
    }
  }

  private NativeLibrary.Function open() {
    if (function == null) {
      throw new IllegalStateException("the function, or its model, is closed");
    }
    return function;
  }

  /** Examples at a time. */
  public int batch() {
    return batch;
  }

  /** The number of floats of each input, by name. */
  public Map<String, Integer> inputs() {
    return Collections.unmodifiableMap(inputs);
  }

  /** The number of floats of each output, by name. */
  public Map<String, Integer> outputs() {
    return Collections.unmodifiableMap(outputs);
  }

  /** Sets an input. */
  public void write(String input, float... values) {
    check(NativeLibrary.glimpse_write(open(), input, values, values.length));
  }

  /**
   * Sets the seed of random numbers: runs after it draw what the same runs drew before. Another
   * batch size draws other images from it.
   */
  public void seed(long seed) {
    check(NativeLibrary.glimpse_seed(open(), seed));
  }

  /** Runs, and waits. Every input must have been written. */
  public void run() {
    check(NativeLibrary.glimpse_run(open()));
  }

  /** What the last run left in an output. */
  public float[] read(String output) {
    Integer count = outputs.get(output);
    if (count == null) {
      throw new IllegalArgumentException("no output " + output + ", only " + outputs.keySet());
    }
    float[] values = new float[count];
    check(NativeLibrary.glimpse_read(open(), output, values, count));
    return values;
  }

  @Override
  public void close() {
    if (function != null) {
      NativeLibrary.glimpse_function_close(function);
      function = null;
      whenClosed.accept(this);
    }
  }
}
