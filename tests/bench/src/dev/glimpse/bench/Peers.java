package dev.glimpse.bench;

import java.lang.reflect.InvocationTargetException;

/**
 * Finds a peer by name: its class is {@code dev.glimpse.bench.NAME.Engine}, compiled only in the
 * Maven profile of that name, so that a normal build needs no peer's libraries.
 */
final class Peers {
  private Peers() {}

  static Peer find(String name) {
    try {
      Class<?> engine = Class.forName("dev.glimpse.bench." + name + ".Engine");
      return (Peer) engine.getConstructor().newInstance();
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      throw new PeerException(
          "this build has no peer '%s'; ./glimpse bench --peer libtorch builds the only one"
              .formatted(name),
          e);
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
