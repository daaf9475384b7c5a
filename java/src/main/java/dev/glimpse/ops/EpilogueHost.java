package dev.glimpse.ops;

/** An op whose kernel can apply a pointwise chain to its first output before storing it. */
public interface EpilogueHost extends Op {
  /**
   * This op followed by a chain whose input 0 is this op's output. The chain's other inputs follow
   * this op's inputs; its outputs take the place of this op's output. It has no sums.
   */
  Op with(Chain chain);
}
