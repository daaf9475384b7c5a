package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** An op applied to inputs. Nodes are numbered as they are made, which orders them. */
public final class Node {
  private static final AtomicLong COUNT = new AtomicLong();

  private final long id = COUNT.incrementAndGet();
  private final Op op;
  private final List<Tensor> inputs;
  private final List<Tensor> outputs;
  private final String scope;

  private Node(Op op, List<Tensor> inputs) {
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.outputs = new ArrayList<>();
    this.scope = Scope.current();
    List<Shape> shapes = inputs.stream().map(Tensor::shape).toList();
    for (Shape shape : located(op.name(), shapes, () -> op.shapes(shapes))) {
      outputs.add(new Tensor(this, outputs.size(), shape));
    }
  }

  private Node(Op op, String scope, List<Tensor> inputs, List<Tensor> outputs) {
    this.op = op;
    this.inputs = inputs;
    this.outputs = outputs;
    this.scope = scope;
  }

  /** What a rule makes of shapes; its errors name the layer, the op and the shapes. */
  static <T> T located(String op, List<Shape> shapes, Supplier<T> rule) {
    try {
      return rule.get();
    } catch (ShapeException e) {
      String where = Scope.current().isEmpty() ? "" : Scope.current() + ": ";
      throw new ShapeException(where + op + " of " + shapes + ": " + e.getMessage());
    }
  }

  /**
   * @throws ShapeException when the op cannot take inputs of these shapes
   */
  public static Node of(Op op, List<Tensor> inputs) {
    return new Node(op, inputs);
  }

  public long id() {
    return id;
  }

  public Op op() {
    return op;
  }

  public List<Tensor> inputs() {
    return inputs;
  }

  public List<Tensor> outputs() {
    return outputs;
  }

  /** This node with other tensors, of the same values, in place of its own: for gradient rules. */
  public Node seenAs(UnaryOperator<Tensor> substitute) {
    return new Node(
        op,
        scope,
        inputs.stream().map(substitute).toList(),
        outputs.stream().map(substitute).toList());
  }

  /** The layer that made it. */
  public String scope() {
    return scope;
  }
}
