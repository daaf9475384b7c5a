/** The peer LibTorch: the same workloads on the CPU, at its fastest settings. */
package dev.glimpse.bench.libtorch;
