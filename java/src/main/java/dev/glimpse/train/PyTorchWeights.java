package dev.glimpse.train;

import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.NamedTensor;
import dev.glimpse.io.Npz;
import dev.glimpse.io.Safetensors;
import dev.glimpse.io.TensorInfo;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A model's weights as PyTorch stores them: linear layers {@code [out][in]}, convolutions {@code
 * [out][in][kh][kw]}, transposed ones {@code [in][out][kh][kw]}, and what is flattened in channels
 * first. The file is read there by {@code safetensors.torch.load_file} or {@code numpy.load}.
 */
public final class PyTorchWeights {
  private static final String SAFETENSORS = ".safetensors";
  private static final String NPZ = ".npz";
  private static final int NAMED_FAULTS = 3;

  private PyTorchWeights() {}

  /**
   * Writes all parameters of a store, running statistics included.
   *
   * @param file ending in {@code .safetensors} or {@code .npz}
   * @throws SettingException for another ending
   */
  public static void write(Path file, ParameterStore store) {
    checkEnding(file);
    List<NamedTensor> tensors =
        store.parameters().stream()
            .map(p -> tensor(p, p.layout().there(values(store.read(p)))))
            .toList();
    if (endsIn(file, NPZ)) {
      Npz.write(file, tensors);
    } else {
      Safetensors.write(file, tensors, Map.of("format", "pt"));
    }
  }

  private static NamedTensor tensor(Parameter parameter, float[] values) {
    long[] shape = dimensions(parameter).stream().mapToLong(d -> d).toArray();
    return NamedTensor.float32(parameter.name(), values, shape);
  }

  /**
   * Checks that a file of weights can be read, before anything is made that it is for.
   *
   * @throws SettingException for another ending
   * @throws CheckpointException when there is no such file or it is damaged
   */
  public static void check(Path file) {
    with(file, source -> {});
  }

  /**
   * Reads some parameters of a store. Whatever else the file holds, such as PyTorch's {@code
   * num_batches_tracked}, is passed over.
   *
   * @param file ending in {@code .safetensors} or {@code .npz}
   * @throws SettingException for another ending
   * @throws CheckpointException when the file is damaged, or tensors are missing or of another
   *     shape; nothing is changed then
   */
  public static void read(Path file, ParameterStore store, List<Parameter> parameters) {
    with(file, source -> source.read(store, parameters));
  }

  /**
   * Reads those parts of a model that a file has anything of, each whole: a GAN's discriminator may
   * be new where its generator is not.
   *
   * @return the names of the parts that it has nothing of, which stay as they are
   * @throws CheckpointException as {@link #read}, and when the file has nothing of any part
   */
  static List<String> readParts(Path file, ParameterStore store, List<ParameterSet> parts) {
    var absent = new ArrayList<String>();
    with(
        file,
        source -> {
          var present = new ArrayList<Parameter>();
          for (ParameterSet part : parts) {
            if (part.parameters().stream().anyMatch(p -> source.tensors.containsKey(p.name()))) {
              present.addAll(part.parameters());
            } else {
              absent.add(part.name());
            }
          }
          // Where there is nothing, the first part's weights are what is missed.
          source.read(store, present.isEmpty() ? parts.get(0).parameters() : present);
        });
    return absent;
  }

  /** An open file of weights. */
  private record Source(
      Path file, Map<String, TensorInfo> tensors, Function<String, FloatBuffer> floats) {
    void read(ParameterStore store, List<Parameter> parameters) {
      check(file, tensors, parameters);
      for (Parameter parameter : parameters) {
        float[] there = values(floats.apply(parameter.name()));
        store.write(parameter, FloatBuffer.wrap(parameter.layout().here(there)));
      }
    }
  }

  private static void with(Path file, Consumer<Source> use) {
    checkEnding(file);
    if (endsIn(file, NPZ)) {
      try (Npz npz = Npz.open(file)) {
        use.accept(new Source(file, npz.tensors(), npz::readFloats));
      }
    } else {
      try (Safetensors safetensors = Safetensors.open(file)) {
        use.accept(new Source(file, safetensors.tensors(), safetensors::readFloats));
      }
    }
  }

  private static void check(
      Path file, Map<String, TensorInfo> tensors, List<Parameter> parameters) {
    var missing = new ArrayList<String>();
    var misshaped = new ArrayList<String>();
    for (Parameter parameter : parameters) {
      TensorInfo tensor = tensors.get(parameter.name());
      if (tensor == null) {
        missing.add(parameter.name());
      } else if (!tensor.shape().equals(dimensions(parameter))) {
        misshaped.add(
            "%s is %s, not %s".formatted(tensor.name(), tensor.shape(), dimensions(parameter)));
      }
    }
    refuse(file, "are missing", missing, parameters.size());
    refuse(file, "have another shape", misshaped, parameters.size());
  }

  private static void refuse(Path file, String problem, List<String> faults, int of) {
    if (!faults.isEmpty()) {
      String first = String.join(", ", faults.subList(0, Math.min(NAMED_FAULTS, faults.size())));
      String rest = faults.size() > NAMED_FAULTS ? ", ..." : "";
      throw new CheckpointException(
          file,
          "%d of %d tensors %s: %s%s".formatted(faults.size(), of, problem, first, rest),
          "take the weights of the same model with the same settings");
    }
  }

  private static List<Long> dimensions(Parameter parameter) {
    Shape there = parameter.layout().shape();
    return there.dimensions().stream().map(Integer::longValue).toList();
  }

  private static float[] values(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static void checkEnding(Path file) {
    if (!endsIn(file, SAFETENSORS) && !endsIn(file, NPZ)) {
      throw new SettingException(
          "%s: weights are files that end in %s or %s".formatted(file, SAFETENSORS, NPZ));
    }
  }

  private static boolean endsIn(Path file, String ending) {
    return file.toString().endsWith(ending);
  }
}
