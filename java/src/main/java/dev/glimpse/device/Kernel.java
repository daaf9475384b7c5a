package dev.glimpse.device;

import java.util.Map;
import java.util.TreeMap;

/**
 * A compiled entry point's identity.
 *
 * @param file under {@code kernels/}, for example {@code gemm.cl}
 * @param entry the kernel function
 * @param defines the macros that select a variant, name to value
 */
public record Kernel(String file, String entry, Map<String, String> defines) {
  public Kernel {
    defines = Map.copyOf(defines);
  }

  /**
   * The complete source: {@link #definitions}, then {@link #text}. Two kernels with the same source
   * share a program.
   */
  public String source() {
    return definitions() + text();
  }

  /** A line for each define, in alphabetical order. */
  public String definitions() {
    var lines = new StringBuilder();
    new TreeMap<>(defines)
        .forEach(
            (name, value) ->
                lines.append("#define ").append(name).append(' ').append(value).append('\n'));
    return lines.toString();
  }

  /** The file with its includes expanded. */
  public String text() {
    return KernelFiles.load(file);
  }

  /** A file under {@code kernels/} with its includes expanded. */
  public static String text(String file) {
    return KernelFiles.load(file);
  }
}
