package dev.glimpse.export;

import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.io.NamedTensor;
import dev.glimpse.io.Safetensors;
import dev.glimpse.io.TensorType;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.SettingException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A trained model in one file that needs no compiler of plans: for each function, batch size and
 * {@link Target} the launches of a frozen plan, with the kernels' sources and the weights that they
 * read. {@code native/} runs it; {@code docs/embedding.md} describes the format.
 *
 * <p>Everything is little-endian. A header of {@value #HEADER} bytes (magic, version, number of
 * sections, size of the file, and for each section its kind, CRC-32C, offset and size; a CRC-32C of
 * all that), then the sections, each at a multiple of {@value #ALIGNMENT} bytes.
 */
public final class Bundle {
  private static final byte[] MAGIC = {'G', 'L', 'I', 'M', 'P', 'S', 'E', 0x1a};
  private static final int VERSION = 1;
  private static final int HEADER = 128;
  private static final int ALIGNMENT = 64;

  private static final int FLOAT32 = 0;
  private static final int FLOAT16 = 1;

  private Bundle() {}

  /** Writes a bundle. The same model always gives the same bytes. */
  public static void write(Path file, Export export) {
    List<ModelFunction> functions = export.graphs();
    var plans = new BundlePlans();
    var planOf = new int[Target.ALL.size()][functions.size()];
    for (int t = 0; t < planOf.length; t++) {
      RecordingDevice device = Target.ALL.get(t).device();
      try (var store = new ParameterStore(device, export.functions().parameters(), 0)) {
        for (int f = 0; f < functions.size(); f++) {
          try (Plan plan = plan(store, functions.get(f))) {
            planOf[t][f] = plans.add(plan, store);
          }
        }
      }
    }
    List<NamedTensor> weights = weights(export, plans.weights());
    List<ByteBuffer> tensors = Safetensors.parts(weights, Map.of("format", "glimpse"));
    var weightSection = new BundleSection();
    tensors.forEach(weightSection::raw);
    write(
        file,
        List.of(
            new BundleSection().raw(utf8(export.card())),
            plans.sources(),
            index(export, functions, planOf, plans, weights, tensors),
            weightSection));
  }

  /** A function's plan; its parameters will not change. */
  public static Plan plan(ParameterStore store, ModelFunction function) {
    var builder = new PlanBuilder(store).frozen();
    function.outputs().forEach(builder::output);
    return builder.build();
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<NamedTensor> weights(Export export, List<Parameter> parameters) {
    var weights = new ArrayList<NamedTensor>();
    for (Parameter parameter : parameters) {
      FloatBuffer values = export.store().read(parameter);
      List<Long> shape = parameter.shape().dimensions().stream().map(d -> (long) d).toList();
      boolean half = export.precision() == Export.Precision.FP16;
      weights.add(
          half
              ? new NamedTensor(
                  parameter.name(), TensorType.F16, shape, halves(parameter.name(), values))
              : new NamedTensor(parameter.name(), TensorType.F32, shape, floats(values)));
    }
    return weights;
  }

  private static ByteBuffer floats(FloatBuffer values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  private static ByteBuffer halves(String name, FloatBuffer values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      float value = values.get();
      if (!(Math.abs(value) < 65520)) {
        throw new SettingException(
            "--precision fp16 cannot hold %s of %s: use fp32".formatted(value, name));
      }
      bytes.putShort(TensorType.toHalf(value));
    }
    return bytes.flip();
  }

  /** Everything about launches: what docs/embedding.md calls the section of plans. */
  private static BundleSection index(
      Export export,
      List<ModelFunction> functions,
      int[][] planOf,
      BundlePlans plans,
      List<NamedTensor> weights,
      List<ByteBuffer> tensors) {
    var section = new BundleSection();
    section.u32(export.data().height()).u32(export.data().width());
    section.u32(export.data().channels()).u32(export.data().classes());
    section.u32(weights.size());
    long offset = tensors.get(0).remaining() + (long) tensors.get(1).remaining();
    for (NamedTensor weight : weights) {
      boolean half = weight.type() == TensorType.F16;
      long count = weight.data().remaining() / weight.type().bytes();
      section.text(weight.name()).u8(half ? FLOAT16 : FLOAT32).u64(count).u64(offset);
      offset += weight.data().remaining();
    }
    section.raw(plans.plans());
    section.u32(Target.ALL.size());
    for (Target target : Target.ALL) {
      section
          .u8(target.kind().isCpu() ? 0 : 1)
          .u32(target.vectorWidth())
          .u32(target.computeUnits());
    }
    section.u32(functions.size());
    for (int f = 0; f < functions.size(); f++) {
      ModelFunction function = functions.get(f);
      section.text(function.name()).u32(function.batch());
      tensors(section, function.inputs());
      tensors(section, function.outputs());
      for (int[] ofTarget : planOf) {
        section.u32(ofTarget[f]);
      }
    }
    return section;
  }

  private static void tensors(BundleSection section, Map<String, Tensor> tensors) {
    section.u32(tensors.size());
    new TreeMap<>(tensors)
        .forEach(
            (name, tensor) -> {
              List<Integer> dimensions = tensor.shape().dimensions();
              section.text(name).u8(FLOAT32).u32(dimensions.size());
              dimensions.forEach(section::u32);
            });
  }

  private static void write(Path file, List<BundleSection> sections) {
    var header = new BundleSection().raw(ByteBuffer.wrap(MAGIC)).u32(VERSION).u32(sections.size());
    long end = HEADER;
    var offsets = new long[sections.size()];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = aligned(end);
      end = offsets[i] + sections.get(i).size();
    }
    header.u64(end);
    for (int i = 0; i < offsets.length; i++) {
      byte[] bytes = sections.get(i).bytes();
      header.u32(i + 1).u32(crc(bytes)).u64(offsets[i]).u64(bytes.length);
    }
    header.u32(crc(header.bytes())).u32(0);
    AtomicFiles.writeFile(
        file,
        channel -> {
          AtomicFiles.writeFully(channel, ByteBuffer.wrap(header.bytes()));
          for (int i = 0; i < offsets.length; i++) {
            int padding = (int) (offsets[i] - channel.position());
            AtomicFiles.writeFully(channel, ByteBuffer.allocate(padding));
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(sections.get(i).bytes()));
          }
        });
  }

  private static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static int crc(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
