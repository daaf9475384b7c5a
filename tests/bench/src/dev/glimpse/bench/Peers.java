package dev.glimpse.bench;

import java.lang.reflect.InvocationTargetException;

/**
 * Finds a peer by name: its class is {@code dev.glimpse.bench.NAME.Engine}, compiled only in the
 * Maven profile of that name, so that a normal build needs no peer's libraries.
 */
final class Peers {
  private Peers() {}

  /** Whether it can be {@linkplain #find found}; nothing of its libraries is loaded. */
  static boolean isBuilt(String name) {
    try {
      Class.forName(engine(name), false, Peers.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      return false;
    }
  }

  private static String engine(String name) {
    return "dev.glimpse.bench." + name + ".Engine";
  }

  /**
   * Loads a peer that is built.
   *
   * @throws PeerException where its native libraries do not load
   */
  static Peer find(String name) {
    try {
      return (Peer) Class.forName(engine(name)).getConstructor().newInstance();
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof LinkageError cause) {
        throw new PeerException(
            "the native libraries of %s do not load (%s): the Maven profile has those for"
                    .formatted(name, cause.getMessage())
                + " linux-x86_64 only, and they need about 500 MB in ~/.javacpp",
            cause);
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
