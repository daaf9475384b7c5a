package dev.glimpse.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.Slab;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.JsonFile;
import dev.glimpse.io.NamedTensor;
import dev.glimpse.io.Safetensors;
import dev.glimpse.io.TensorInfo;
import dev.glimpse.ops.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A checkpoint is a folder with {@code tensors.safetensors} (parameters and optimizer state) and
 * {@code state.json} (the rest). It appears whole or not at all. Training goes on from one as if it
 * had never stopped.
 */
public final class Checkpoint {
  private static final String TENSORS = "tensors.safetensors";
  private static final String STATE = "state.json";

  /** In a state's file, of all that is beside it; older ones have none. */
  private static final String CHECKSUM = "crc32c";

  /** What older checkpoints lack: all were made between epochs. */
  private static final Set<String> NEWER = Set.of("batch", "sums");

  private static final String REMEDY = "delete this checkpoint";
  private static final Gson GSON =
      new GsonBuilder().serializeSpecialFloatingPointValues().setPrettyPrinting().create();

  private Checkpoint() {}

  /**
   * What is not a tensor.
   *
   * @param epoch epochs done
   * @param step steps done: the plan's counter, which keys its random numbers
   * @param batch batches done of the next epoch
   * @param bestValue of the validation so far
   * @param bestStep when it was reached; -1 without one
   * @param bestEpoch when it was reached; -1 without one
   * @param seconds of training so far
   * @param sums of the next epoch's metrics, over the batches done
   */
  public record State(
      int epoch,
      int step,
      int batch,
      double bestValue,
      long bestStep,
      int bestEpoch,
      double seconds,
      Map<String, Double> sums) {
    /** Checkpoints of earlier versions have no sums: all were made between epochs. */
    public State {
      sums = sums == null ? Map.of() : sums;
    }
  }

  /**
   * Keeps a run as it is.
   *
   * @throws DivergedException when a parameter is no number: the metrics of a step are those before
   *     its update, which may be the one that went wrong
   */
  static void write(
      RunFolder run, ParameterStore store, Plan plan, List<Objective> objectives, State state) {
    var tensors = new ArrayList<NamedTensor>();
    for (Parameter parameter : store.parameters()) {
      FloatBuffer values = store.read(parameter);
      for (int i = 0; i < values.limit(); i++) {
        DivergedException.check(run, parameter.name(), values.get(i), state.step);
      }
      tensors.add(named(parameter.name(), parameter, values));
    }
    for (Objective objective : objectives) {
      for (Map.Entry<String, Slab> slab : plan.optimizerState(objective.name()).entrySet()) {
        for (Parameter parameter : objective.parameters().parameters()) {
          String name = stateName(objective, slab.getKey(), parameter);
          tensors.add(named(name, parameter, slab.getValue().read(parameter)));
        }
      }
    }
    AtomicFiles.writeFolder(
        run.checkpoint(state.step),
        temporary -> {
          Safetensors.write(temporary.resolve(TENSORS), tensors, Map.of("format", "glimpse"));
          Files.writeString(temporary.resolve(STATE), text(state));
        });
  }

  private static String text(State state) {
    JsonObject json = GSON.toJsonTree(state).getAsJsonObject();
    json.addProperty(CHECKSUM, checksum(state));
    return GSON.toJson(json) + "\n";
  }

  private static String checksum(State state) {
    var crc = new CRC32C();
    crc.update(GSON.toJson(state).getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }

  private static String stateName(Objective objective, String slab, Parameter parameter) {
    return "optimizer." + objective.name() + "." + slab + "." + parameter.name();
  }

  private static NamedTensor named(String name, Parameter parameter, FloatBuffer values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    long[] shape = parameter.shape().dimensions().stream().mapToLong(d -> d).toArray();
    return NamedTensor.float32(name, bytes, shape);
  }

  /** Reads the parameters alone, to use a model. */
  public static void readParameters(Path folder, ParameterStore store) {
    try (Safetensors file = Safetensors.open(folder.resolve(TENSORS))) {
      for (Parameter parameter : store.parameters()) {
        store.write(parameter, read(folder, file, parameter.name(), parameter));
      }
    }
  }

  /** Reads everything, to go on training. */
  static State read(Path folder, ParameterStore store, Plan plan, List<Objective> objectives) {
    State state = readState(folder);
    readParameters(folder, store);
    try (Safetensors file = Safetensors.open(folder.resolve(TENSORS))) {
      for (Objective objective : objectives) {
        for (Map.Entry<String, Slab> slab : plan.optimizerState(objective.name()).entrySet()) {
          for (Parameter parameter : objective.parameters().parameters()) {
            String name = stateName(objective, slab.getKey(), parameter);
            slab.getValue().write(parameter, read(folder, file, name, parameter));
          }
        }
      }
    }
    return state;
  }

  private static FloatBuffer read(Path folder, Safetensors file, String name, Parameter parameter) {
    TensorInfo info =
        Optional.ofNullable(file.tensors().get(name))
            .orElseThrow(
                () ->
                    new CheckpointException(
                        folder, "has no tensor " + name, "it belongs to another model"));
    List<Long> expected = parameter.shape().dimensions().stream().map(Integer::longValue).toList();
    if (!info.shape().equals(expected)) {
      throw new CheckpointException(
          folder,
          "%s is %s there and %s in the model".formatted(name, info.shape(), expected),
          "use the settings that the run was trained with");
    }
    return file.readFloats(name);
  }

  /** Reads what is not a tensor. */
  public static State readState(Path folder) {
    Path file = folder.resolve(STATE);
    JsonObject json = JsonFile.read(file, JsonObject.class, REMEDY);
    for (RecordComponent field : State.class.getRecordComponents()) {
      if (!json.has(field.getName()) && !NEWER.contains(field.getName())) {
        throw damaged(file, "has no " + field.getName());
      }
    }
    State state = JsonFile.read(file, State.class, REMEDY);
    if (state.epoch < 0 || state.step < 0 || state.batch < 0) {
      throw damaged(file, "counts less than nothing: " + state);
    }
    if (json.has(CHECKSUM) && !json.get(CHECKSUM).equals(new JsonPrimitive(checksum(state)))) {
      throw damaged(file, "is damaged: its checksum is another");
    }
    if (state.bestStep > state.step) {
      throw damaged(file, "was best after its end: " + state);
    }
    if (state.sums.values().stream().anyMatch(Objects::isNull)) {
      throw damaged(file, "has sums without a value: " + state);
    }
    return state;
  }

  private static CheckpointException damaged(Path file, String trouble) {
    return new CheckpointException(file, trouble, REMEDY);
  }
}
