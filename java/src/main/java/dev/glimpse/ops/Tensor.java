package dev.glimpse.ops;

import java.util.List;

/** A symbolic value: an output of a {@link Node}. It holds no data. */
public final class Tensor {
  private final Node node;
  private final int index;
  private final Shape shape;

  Tensor(Node node, int index, Shape shape) {
    this.node = node;
    this.index = index;
    this.shape = shape;
  }

  /** The first output of an op applied to inputs. */
  public static Tensor of(Op op, Tensor... inputs) {
    return Node.of(op, List.of(inputs)).outputs().get(0);
  }

  public Node node() {
    return node;
  }

  /** Which of the node's outputs it is. */
  public int index() {
    return index;
  }

  public Shape shape() {
    return shape;
  }

  @Override
  public String toString() {
    return node.op().name() + shape;
  }
}
