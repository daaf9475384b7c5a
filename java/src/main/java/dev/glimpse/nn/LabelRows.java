package dev.glimpse.nn;

import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The labels of a batch whose first N examples have theirs, and whose other M stand once for each
 * of K labels: N + M K rows, those of an example together, label by label.
 *
 * @param given one-hot {@code [N, K]}; null where N is 0
 * @param open M, the number of examples that stand for every label
 * @param classes K
 */
public record LabelRows(Tensor given, int open, int classes) {
  /** Examples with their labels. */
  public static LabelRows given(Tensor labels) {
    return new LabelRows(labels, 0, labels.shape().columns());
  }

  /** Examples each of which stands for every label. */
  public static LabelRows every(int examples, int classes) {
    return new LabelRows(null, examples, classes);
  }

  /** A row of examples for each row of labels: {@code [N + M, C] -> [N + M K, C]}. */
  public Tensor expand(Tensor examples) {
    if (open == 0) {
      return examples;
    }
    if (given == null) {
      return Ops.repeat(examples, classes);
    }
    List<Tensor> parts = Ops.split(Axis.FIRST, examples, List.of(known(), open));
    return Ops.concat(Axis.FIRST, List.of(parts.get(0), Ops.repeat(parts.get(1), classes)));
  }

  /** The row of a table that belongs to each label: {@code [K, C] -> [N + M K, C]}. */
  Tensor lookUp(Tensor table) {
    var parts = new ArrayList<Tensor>();
    if (given != null) {
      parts.add(Ops.matmul(given, table));
    }
    if (open > 0) {
      int width = table.shape().columns();
      Tensor whole = Ops.reshape(table, Shape.of(classes * width));
      Tensor each = Ops.broadcast(whole, Shape.of(open, classes * width));
      parts.add(Ops.reshape(each, Shape.of(open * classes, width)));
    }
    return Ops.concat(Axis.FIRST, parts);
  }

  /**
   * What belongs to the N given labels, {@code [N, C]}, and what to every label of the M others,
   * {@code [M K, C]}; for a batch with both.
   */
  public List<Tensor> split(Tensor rows) {
    return Ops.split(Axis.FIRST, rows, List.of(known(), open * classes));
  }

  private int known() {
    return given.shape().rows();
  }
}
