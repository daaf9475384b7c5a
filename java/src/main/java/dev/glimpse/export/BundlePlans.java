package dev.glimpse.export;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.Work;
import dev.glimpse.export.RecordingDevice.Region;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.ops.Parameter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plans as a bundle holds them: launches over numbered pieces of memory, each a range of a weight,
 * an input, an output, the random state, the arena, or scratch memory. Equal plans, kernels,
 * programs and sources are written once.
 */
final class BundlePlans {
  private static final int WEIGHT = 0;
  private static final int INPUT = 1;
  private static final int OUTPUT = 2;
  private static final int STATE = 3;
  private static final int ARENA = 4;
  private static final int SCRATCH = 5;

  private static final int MEMORY = 0;
  private static final int INTEGER = 1;
  private static final int FLOAT = 2;

  private final Map<Parameter, Integer> weights = new LinkedHashMap<>();
  private final Map<String, Integer> sources = new LinkedHashMap<>();
  private final Map<String, String> sourceTexts = new LinkedHashMap<>();
  private final Map<Program, Integer> programs = new LinkedHashMap<>();
  private final Map<Entry, Integer> kernels = new LinkedHashMap<>();
  private final Map<String, Integer> scopes = new LinkedHashMap<>();
  private final Map<ByteBuffer, Integer> plans = new LinkedHashMap<>();

  private record Program(int source, String definitions) {}

  private record Entry(int program, String name) {}

  /** An allocation, or a range of one. */
  private record Range(int index, long offset, long bytes) {}

  private static <K> int number(Map<K, Integer> numbers, K key) {
    return numbers.computeIfAbsent(key, k -> numbers.size());
  }

  /** The parameters that some launch reads. */
  List<Parameter> weights() {
    return List.copyOf(weights.keySet());
  }

  /** Adds a plan made on a {@link RecordingDevice}, and returns its number. */
  int add(Plan plan, ParameterStore store) {
    var section = new Memory(plan, store).write(plan);
    return number(plans, ByteBuffer.wrap(section.bytes()));
  }

  private int kernel(Kernel kernel) {
    int source = number(sources, kernel.file());
    sourceTexts.put(kernel.file(), kernel.text());
    int program = number(programs, new Program(source, kernel.definitions()));
    return number(kernels, new Entry(program, kernel.entry()));
  }

  /** The kernels' files: name and text of each. */
  BundleSection sources() {
    var section = new BundleSection().u32(sources.size());
    sourceTexts.forEach((name, text) -> section.text(name).text(text));
    return section;
  }

  /** Programs, kernels, scopes and plans. */
  BundleSection plans() {
    var section = new BundleSection().u32(programs.size());
    programs.keySet().forEach(p -> section.u32(p.source).text(p.definitions));
    section.u32(kernels.size());
    kernels.keySet().forEach(kernel -> section.u32(kernel.program).text(kernel.name));
    section.u32(scopes.size());
    scopes.keySet().forEach(section::text);
    section.u32(plans.size());
    plans.keySet().forEach(section::raw);
    return section;
  }

  /** The memory of one plan. */
  private final class Memory {
    private final Map<Buffer, Parameter> parameters = new IdentityHashMap<>();
    private final Map<Buffer, Integer> allocations = new IdentityHashMap<>();
    private final BundleSection written = new BundleSection();
    private final Plan.Memory named;
    private final Map<Range, Integer> ranges = new LinkedHashMap<>();

    Memory(Plan plan, ParameterStore store) {
      named = plan.memory();
      if (!named.variables().isEmpty()) {
        throw new IllegalArgumentException("a plan with variables " + named.variables().keySet());
      }
      store.parameters().forEach(parameter -> parameters.put(store.buffer(parameter), parameter));
    }

    private int range(Region region) {
      Parameter parameter = parameters.get(region);
      Buffer allocation = parameter == null ? region.allocation() : region;
      Integer known = allocations.get(allocation);
      if (known == null) {
        known = allocations.size();
        allocations.put(allocation, known);
        describe(allocation, parameter);
      }
      long offset = parameter == null ? region.offset() : 0;
      return number(ranges, new Range(known, offset, region.bytes()));
    }

    private void describe(Buffer allocation, Parameter parameter) {
      int kind = SCRATCH;
      int index = 0;
      if (parameter != null) {
        kind = WEIGHT;
        index = number(weights, parameter);
      } else if (allocation == named.state()) {
        kind = STATE;
      } else if (allocation == named.arena()) {
        kind = ARENA;
      } else if (named.inputs().containsValue(allocation)) {
        kind = INPUT;
        index = position(named.inputs(), allocation);
      } else if (named.outputs().containsValue(allocation)) {
        kind = OUTPUT;
        index = position(named.outputs(), allocation);
      }
      written.u8(kind).u32(index).u64(allocation.bytes());
    }

    /** Among the names in alphabetical order, in which the functions list them. */
    private static int position(Map<String, Buffer> buffers, Buffer wanted) {
      List<String> names = buffers.keySet().stream().sorted().toList();
      for (int i = 0; i < names.size(); i++) {
        if (buffers.get(names.get(i)) == wanted) {
          return i;
        }
      }
      throw new IllegalStateException("no such buffer");
    }

    BundleSection write(Plan plan) {
      var launches = new BundleSection();
      for (List<Work> list : List.of(plan.preparation(), plan.launches())) {
        launches.u32(list.size());
        // Devices to export for have no libraries: all work is launches.
        list.forEach(launch -> write(launches, (Launch) launch));
      }
      var section = new BundleSection().u32(allocations.size()).raw(written).u32(ranges.size());
      ranges.keySet().forEach(r -> section.u32(r.index).u64(r.offset).u64(r.bytes));
      return section.raw(launches);
    }

    private void write(BundleSection section, Launch launch) {
      section.u32(kernel(launch.kernel())).u32(number(scopes, launch.scope()));
      section.u64(launch.cost().flops()).u64(launch.cost().bytes());
      section.u8(launch.global().size());
      launch.global().forEach(section::u32);
      launch.local().forEach(section::u32);
      var arguments = new ArrayList<>(launch.arguments());
      section.u32(arguments.size());
      for (Object argument : arguments) {
        if (argument instanceof Region region) {
          section.u8(MEMORY).u32(range(region));
        } else if (argument instanceof Integer value) {
          section.u8(INTEGER).u32(value);
        } else if (argument instanceof Float value) {
          section.u8(FLOAT).u32(Float.floatToRawIntBits(value));
        } else {
          throw new IllegalArgumentException("kernel argument of type " + argument.getClass());
        }
      }
    }
  }
}
