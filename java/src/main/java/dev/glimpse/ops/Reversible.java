package dev.glimpse.ops;

/**
 * An op from whose output one of its inputs can be had again. The gradients of whatever else read
 * that input then use the restored one, and the plan need not keep the input until then.
 */
public interface Reversible extends Op {
  /** {@link #restores()} of an op that restores nothing. */
  int NOTHING = -1;

  /** Which input is restored; or {@link #NOTHING}. */
  int restores();

  /** That input, computed from the outputs and the other inputs of an application of this op. */
  Tensor restore(Node node);
}
