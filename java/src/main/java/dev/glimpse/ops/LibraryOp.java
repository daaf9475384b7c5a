package dev.glimpse.ops;

import java.util.List;

/** An op that the plan compiler puts in the place of others, once there are gradients. */
interface LibraryOp extends Op {
  @Override
  default List<Tensor> gradients(Node node, List<Tensor> dy) {
    throw new IllegalStateException("gradients come before the library");
  }
}
