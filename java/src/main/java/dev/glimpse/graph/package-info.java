/**
 * From a symbolic graph to a plan that runs: reverse-mode gradients, then the passes of the plan
 * compiler. {@link dev.glimpse.graph.Steps} lists what must be computed, {@link
 * dev.glimpse.graph.Fusion} merges pointwise work, {@link dev.glimpse.graph.Placement} finds every
 * tensor its memory, {@link dev.glimpse.graph.Arena} lays that out by liveness, and {@link
 * dev.glimpse.graph.PlanBuilder} drives them.
 */
package dev.glimpse.graph;
