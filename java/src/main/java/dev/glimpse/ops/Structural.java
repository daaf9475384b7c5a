package dev.glimpse.ops;

/**
 * An op that computes nothing: the plan compiler gives its outputs a place in the memory of its
 * inputs, or the other way round, and copies only where that is impossible.
 */
public sealed interface Structural extends Op permits Reshape, StopGradient, Split, Concat {
  @Override
  default void lower(Site site) {
    throw new IllegalStateException(name() + " is placed, not launched");
  }
}
