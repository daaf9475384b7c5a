package dev.glimpse.ops;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCase.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Steps of an LSTM, by themselves and in sequences: part of {@link OpCases}. */
final class RecurrentCases {
  private RecurrentCases() {}

  /** So small that the smallest tile of a GPU holds each product. */
  static Map<String, List<OpCase>> brief() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    groups.put("lstm", steps(3, 9));
    groups.put("lstm sequences", sequences(2, 3, 4, 2));
    return groups;
  }

  /** Sequences long enough for the gradient by their weights to be one product. */
  static Map<String, List<OpCase>> sizes() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    for (int units : new int[] {1, 7, 8, 33, 64, 65}) {
      for (int count : new int[] {1, 7}) {
        groups.put("lstm %d x %d".formatted(count, units), steps(count, units));
      }
    }
    for (int[] s : new int[][] {{1, 1, 1}, {1, 7, 9}, {7, 5, 8}, {7, 33, 17}}) {
      groups.put(
          "lstm sequences %d x %d x %d".formatted(s[0], s[1], s[2]),
          sequences(s[0], s[1], s[2], 1, 2, 5));
    }
    return groups;
  }

  /** Single steps, whose operands also lie apart. */
  private static List<OpCase> steps(int count, int units) {
    Argument gates = Argument.of("gates", count, 4 * units);
    Argument cell = Argument.of("cell", count, units);
    Argument wide = Argument.of("wide gates", count, 4 * units + 3);
    Argument wideCell = Argument.of("wide cell", count, units + 1);
    return List.of(
        new OpCase(
            "state joined", List.of(gates, cell), t -> Ops.concat(Ops.lstm(t.get(0), t.get(1)))),
        new OpCase(
            "state joined along the first axis",
            List.of(gates.data(), cell),
            t -> Ops.concat(Axis.FIRST, Ops.lstm(t.get(0), t.get(1)))),
        new OpCase(
            "only the hidden state",
            List.of(gates.with(Values.WIDE), cell.data()),
            t -> Ops.lstm(t.get(0), t.get(1)).get(0)),
        new OpCase(
            "only the cells", List.of(gates, cell), t -> Ops.lstm(t.get(0), t.get(1)).get(1)),
        new OpCase(
            "parts",
            List.of(wide, wideCell),
            t -> {
              Tensor part = Ops.split(t.get(0), List.of(1, 4 * units, 2)).get(1);
              Tensor old = Ops.split(t.get(1), List.of(units, 1)).get(0);
              List<Tensor> after = Ops.lstm(part, old);
              return Ops.concat(List.of(old, after.get(1), Ops.tanh(after.get(0))));
            }),
        new OpCase(
            "parts of a gradient",
            List.of(gates, cell),
            t -> {
              List<Tensor> first = Ops.lstm(t.get(0), t.get(1));
              Tensor same = Ops.concat(Collections.nCopies(4, first.get(0)));
              return Ops.lstm(same, first.get(1)).get(0);
            }),
        new OpCase(
            "no gradients",
            List.of(gates.data(), cell.data()),
            t -> Ops.concat(Ops.lstm(t.get(0), t.get(1)))));
  }

  /** A cell's steps, and layers over a sequence; for each number of steps. */
  static List<OpCase> sequences(int count, int in, int units, int... lengths) {
    var cases = new ArrayList<OpCase>();
    for (int steps : lengths) {
      cases.add(cell(steps, count, in, units));
      cases.add(layers(1, steps, count, in, units));
      cases.add(layers(2, steps, count, in, units));
      cases.add(partsOfSequences(steps, count, in, units));
      cases.add(inputsAtOnce(steps, count, in, units));
    }
    return cases;
  }

  /** As nn.LstmCell has it: a product of input and hidden state in each step. */
  private static OpCase cell(int steps, int count, int in, int units) {
    return new OpCase(
        "cell, %d steps".formatted(steps),
        List.of(
            Argument.of("inputs", steps, count, in),
            Argument.of("weight", in + units, 4 * units).with(Values.SMALL),
            Argument.of("bias", 4 * units).with(Values.SMALL),
            Argument.of("hidden", count, units),
            Argument.of("cell", count, units)),
        t -> {
          List<Tensor> inputs = Ops.split(Axis.FIRST, t.get(0), Collections.nCopies(steps, 1));
          List<Tensor> state = t.subList(3, 5);
          for (Tensor input : inputs) {
            Tensor x = Ops.reshape(input, Shape.of(count, in));
            Tensor seen = Ops.concat(List.of(x, state.get(0)));
            Tensor gates = Ops.add(Ops.matmul(seen, t.get(1)), t.get(2));
            state = Ops.lstm(gates, state.get(1));
          }
          return Ops.concat(state);
        });
  }

  /** Whole sequences, of which the states after each step are the next layer's inputs. */
  private static OpCase layers(int layers, int steps, int count, int in, int units) {
    var arguments = new ArrayList<Argument>();
    arguments.add(Argument.of("inputs", steps, count, in));
    for (int l = 0; l < layers; l++) {
      int width = (l == 0 ? in : units) + units;
      arguments.add(Argument.of("weight " + l, width, 4 * units).with(Values.SMALL));
      arguments.add(Argument.of("bias " + l, 4 * units).with(Values.SMALL));
    }
    return new OpCase(
        "%d layers, %d steps".formatted(layers, steps),
        arguments,
        t -> {
          Tensor y = t.get(0);
          for (int l = 0; l < layers; l++) {
            y = Ops.lstmSequence(y, t.get(1 + 2 * l), t.get(2 + 2 * l));
          }
          return y;
        });
  }

  /** Parts of other tensors, and parameters that two sequences share. */
  private static OpCase partsOfSequences(int steps, int count, int in, int units) {
    return new OpCase(
        "parts, %d steps".formatted(steps),
        List.of(
            Argument.of("inputs", 2 * steps, count, in),
            Argument.of("weight", in + units, 4 * units).with(Values.SMALL),
            Argument.of("bias", 4 * units).with(Values.SMALL)),
        t -> {
          Tensor rows = Ops.reshape(t.get(0), Shape.of(2 * steps * count, in));
          int half = steps * count;
          List<Tensor> parts = Ops.split(Axis.FIRST, rows, List.of(half, half));
          var states = new ArrayList<Tensor>();
          for (Tensor part : parts) {
            Tensor x = Ops.reshape(part, Shape.of(steps, count, in));
            Tensor y = Ops.lstmSequence(x, t.get(1), t.get(2));
            states.add(Ops.reshape(Ops.tanh(y), Shape.of(half, units)));
          }
          return Ops.concat(Axis.FIRST, states);
        });
  }

  /** One product of all inputs, and in each step one of the hidden state: of parts of a weight. */
  private static OpCase inputsAtOnce(int steps, int count, int in, int units) {
    return new OpCase(
        "inputs at once, %d steps".formatted(steps),
        List.of(
            Argument.of("inputs", steps, count, in),
            Argument.of("weight", in + units, 4 * units).with(Values.SMALL),
            Argument.of("bias", 4 * units).with(Values.SMALL),
            Argument.of("hidden", count, units),
            Argument.of("cell", count, units)),
        t -> {
          List<Tensor> weights = Ops.split(Axis.FIRST, t.get(1), List.of(in, units));
          Tensor ofInputs = Ops.add(Ops.matmul(t.get(0), weights.get(0)), t.get(2));
          List<Tensor> state = t.subList(3, 5);
          var hidden = new ArrayList<Tensor>();
          for (Tensor part : Ops.split(Axis.FIRST, ofInputs, Collections.nCopies(steps, 1))) {
            Tensor ofInput = Ops.reshape(part, Shape.of(count, 4 * units));
            Tensor gates = Ops.add(Ops.matmul(state.get(0), weights.get(1)), ofInput);
            state = Ops.lstm(gates, state.get(1));
            hidden.add(state.get(0));
          }
          return Ops.concat(Axis.FIRST, hidden);
        });
  }
}
