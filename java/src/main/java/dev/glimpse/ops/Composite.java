package dev.glimpse.ops;

import dev.glimpse.device.Device;
import java.util.List;
import java.util.Optional;

/**
 * An op that is a name for several, so that a vendor's library which has it whole can compute it
 * so. The plan compiler puts others in its place: it has no launches of its own.
 */
public interface Composite extends Op {
  /** The outputs, by simpler ops. */
  List<Tensor> expand(List<Tensor> inputs);

  /** The outputs, by ops that a device's library computes; nothing where it does not. */
  Optional<List<Tensor>> byLibrary(Device device, List<Tensor> inputs);

  @Override
  default void lower(Site site) {
    throw new IllegalStateException(name() + " is for the plan compiler to replace");
  }
}
