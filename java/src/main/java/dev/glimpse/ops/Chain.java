package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A straight-line program of pointwise functions over a matrix. Its values are numbered: first the
 * inputs, then the result of each step.
 *
 * @param inputs the number of inputs
 * @param steps in the order of evaluation
 * @param outputs the values that are stored
 * @param sums the values whose rows are summed, and the sums stored; at most {@link #MOST_SUMS}
 */
public record Chain(int inputs, List<Step> steps, List<Integer> outputs, List<Integer> sums) {
  /** What pointwise.cl has accumulators for. */
  public static final int MOST_SUMS = 2;

  /** The chain that stores its input. */
  public static final Chain STORE = new Chain(1, List.of(), List.of(0), List.of());

  public Chain {
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
    sums = List.copyOf(sums);
  }

  /** A function of earlier values; without a function, the constant itself. */
  public record Step(Function function, List<Integer> arguments, List<Float> constants) {
    public static Step literal(float value) {
      return new Step(null, List.of(), List.of(value));
    }
  }

  /** Operations per element. */
  public long flops() {
    long flops = sums.size();
    for (Step step : steps) {
      flops += step.function() == null ? 0 : step.function().flops();
    }
    return flops;
  }

  /**
   * The chain as text for the kernel templates (see {@code kernels/pointwise.cl}). What differs
   * between like chains, constants and places of operands, are arguments, so that they share a
   * program.
   *
   * @param defines the macros
   * @param arguments of the parameters that CHAIN_PARAMETERS declares
   */
  public record Rendered(Map<String, String> defines, List<Object> arguments) {}

  /**
   * Writes the chain for given operands.
   *
   * @param hosted whether input 0 is the {@code value} that another kernel computed
   * @param in the inputs in memory, without the hosted one
   * @param out the outputs, then the sums
   * @param rows and
   * @param columns the matrix that the kernel walks
   */
  public Rendered render(boolean hosted, List<View> in, List<View> out, int rows, int columns) {
    return new Rendering(rows, columns).write(hosted, in, out);
  }

  private final class Rendering {
    private final int rows;
    private final int columns;
    private final StringBuilder parameters = new StringBuilder();
    private final StringBuilder names = new StringBuilder();
    private final StringBuilder body = new StringBuilder();
    private final List<Object> arguments = new ArrayList<>();
    private int constants;

    Rendering(int rows, int columns) {
      this.rows = rows;
      this.columns = columns;
    }

    Rendered write(boolean hosted, List<View> in, List<View> out) {
      int own = hosted ? 1 : 0;
      if (hosted) {
        body.append("const vec v0 = value; ");
      }
      for (int i = 0; i < in.size(); i++) {
        parameter("__global const float* restrict ", "in" + i, in.get(i).buffer());
        body.append("const vec v%d = %s; ".formatted(own + i, load("in" + i, in.get(i))));
      }
      for (int s = 0; s < steps.size(); s++) {
        body.append("const vec v%d = %s; ".formatted(inputs + s, call(steps.get(s))));
      }
      for (int o = 0; o < out.size(); o++) {
        parameter("__global float* restrict ", "out" + o, out.get(o).buffer());
      }
      for (int o = 0; o < outputs.size(); o++) {
        String address = address("out" + o, out.get(o));
        body.append("store_vec(v%d, %s, count); ".formatted(outputs.get(o), address));
      }
      var storeSums = new StringBuilder();
      for (int s = 0; s < sums.size(); s++) {
        body.append("sum%d += keep_vec(v%d, count); ".formatted(s, sums.get(s)));
        storeSums.append("out%d[row] = sum_vec(sum%d); ".formatted(outputs.size() + s, s));
      }
      var defines = new LinkedHashMap<String, String>();
      defines.put("CHAIN_PARAMETERS", parameters.toString());
      defines.put("CHAIN_ARGUMENTS", names.toString());
      defines.put("CHAIN_BODY", body.toString());
      defines.put("CHAIN_SUMS", String.valueOf(sums.size()));
      defines.put("CHAIN_STORE_SUMS", storeSums.toString());
      return new Rendered(defines, arguments);
    }

    private String parameter(String type, String name, Object argument) {
      parameters.append(type).append(name).append(", ");
      names.append(name).append(", ");
      arguments.add(argument);
      return name;
    }

    private String number(int value) {
      return parameter("const int ", "n" + constants++, value);
    }

    private String number(float value) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException("a constant of a chain must be finite, not " + value);
      }
      return parameter("const float ", "n" + constants++, value);
    }

    private String call(Step step) {
      if (step.function() == null) {
        return "(vec)(" + number(step.constants().get(0)) + ")";
      }
      var call = new StringBuilder(step.function().kernelName()).append('(');
      String separator = "";
      for (int argument : step.arguments()) {
        call.append(separator).append('v').append(argument);
        separator = ", ";
      }
      for (float constant : step.constants()) {
        call.append(separator).append(number(constant));
        separator = ", ";
      }
      return call.append(')').toString();
    }

    private String load(String name, View view) {
      if (view.size() == 1 && rows * columns > 1) {
        return "(vec)(%s[%s])".formatted(name, number(view.offset()));
      }
      if (view.columns() == 1 && view.rows() == rows && columns > 1) {
        return "(vec)(%s[%s + row * %s])"
            .formatted(name, number(view.offset()), number(view.stride()));
      }
      return "load_vec(" + address(name, view) + ", count)";
    }

    private String address(String name, View view) {
      if (view.rows() == 1 && rows > 1) {
        return view.offset() == 0
            ? name + " + column"
            : "%s + %s + column".formatted(name, number(view.offset()));
      }
      return view.contiguous()
          ? name + " + row * columns + column"
          : "%s + %s + row * %s + column"
              .formatted(name, number(view.offset()), number(view.stride()));
    }
  }
}
