package dev.glimpse.graph;

import dev.glimpse.ops.Axis;
import dev.glimpse.ops.ColumnSum;
import dev.glimpse.ops.MatMul;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient by a tensor: the sum of what each of its readers contributes. The weights of a
 * recurrent network have a reader in every step, all contributing a product that sums over the
 * batch; their sum is one product over all steps, and costs no pass over the gradient for each.
 */
final class GradientSum {
  /** What sums over the rows of its operands: the gradients of a weight and of a bias. */
  private static final List<Op> STACKED = List.of(new MatMul(true, false), new ColumnSum());

  /** So many terms are a loop; below that, stacking might only copy. */
  private static final int FEWEST_STACKED = 4;

  private final Tensor of;
  private final List<Tensor> terms = new ArrayList<>();
  private Tensor total;

  GradientSum(Tensor of) {
    this.of = of;
  }

  void add(Tensor term) {
    terms.add(term);
    total = null;
  }

  /** The sum; null when there are no terms. */
  Tensor total() {
    if (total == null && !terms.isEmpty()) {
      total = Scope.as(of.node().scope(), this::sum);
    }
    return total;
  }

  private Tensor sum() {
    var rest = new ArrayList<>(terms);
    var sums = new ArrayList<Tensor>();
    for (Op op : STACKED) {
      List<Tensor> alike = terms.stream().filter(t -> t.node().op().equals(op)).toList();
      if (alike.size() >= FEWEST_STACKED) {
        sums.add(overAll(op, alike));
        rest.removeAll(alike);
      }
    }
    sums.addAll(rest);
    return sums.stream().reduce(Ops::add).orElseThrow();
  }

  /** One op that sums over the rows of all operands, in the order of the forward pass. */
  private static Tensor overAll(Op op, List<Tensor> terms) {
    var operands = new Tensor[terms.get(0).node().inputs().size()];
    for (int i = 0; i < operands.length; i++) {
      var parts = new ArrayList<Tensor>();
      for (int t = terms.size() - 1; t >= 0; t--) {
        parts.add(asMatrix(terms.get(t).node().inputs().get(i)));
      }
      operands[i] = Ops.concat(Axis.FIRST, parts);
    }
    return Tensor.of(op, operands);
  }

  /** The axes that an op sums over may be several, and not the same for all terms. */
  private static Tensor asMatrix(Tensor t) {
    return Ops.reshape(t, Shape.of(t.shape().rows(), t.shape().columns()));
  }
}
