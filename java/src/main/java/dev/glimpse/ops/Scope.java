package dev.glimpse.ops;

import java.util.function.Supplier;

/**
 * The name of the layer that is being applied, nested with slashes. Nodes remember it, for error
 * messages and profiles.
 */
public final class Scope {
  private static final ThreadLocal<String> CURRENT = ThreadLocal.withInitial(() -> "");

  private Scope() {}

  public static String current() {
    return CURRENT.get();
  }

  /** Runs {@code body}; the nodes that it makes belong to {@code name} inside the current scope. */
  public static <T> T in(String name, Supplier<T> body) {
    String outer = CURRENT.get();
    return as(outer.isEmpty() ? name : outer + "/" + name, body);
  }

  /**
   * Like {@link #in} with a complete path: a gradient belongs to the layer it is the gradient of.
   */
  public static <T> T as(String path, Supplier<T> body) {
    String outer = CURRENT.get();
    CURRENT.set(path);
    try {
      return body.get();
    } finally {
      CURRENT.set(outer);
    }
  }
}
