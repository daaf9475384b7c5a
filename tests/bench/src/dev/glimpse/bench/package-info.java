/**
 * Benchmarks: training steps and single kernels, beside a peer where one is asked for. A workload
 * is a file here, listed in {@link dev.glimpse.bench.Workloads}; its counterpart is a file in the
 * peer's folder, listed in the peer's {@code Engine}.
 */
package dev.glimpse.bench;
