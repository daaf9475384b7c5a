package dev.glimpse.device;

import dev.glimpse.device.Launch.Cost;

/** An entry of a {@link Recording}: a launch of one of our kernels, or a call of a library. */
public sealed interface Work permits Launch, LibraryCall {
  /** The arithmetic and memory traffic that it needs. */
  Cost cost();

  /** The layer that it works for and what it does there, for example {@code encoder.0/matmul}. */
  String scope();

  /** What runs, for example {@code gemm.cl:gemm}, or {@code library:gemm}. */
  String program();
}
