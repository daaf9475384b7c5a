package dev.glimpse.profile;

import dev.glimpse.device.Work;
import java.util.List;

/**
 * What a launch's scope says.
 *
 * @param layer the layers that it works for, from the outermost, with slashes; may be empty
 * @param op what it does there
 */
record LaunchSite(String layer, String op) {
  static LaunchSite of(Work launch) {
    String scope = launch.scope();
    int slash = scope.lastIndexOf('/');
    return new LaunchSite(scope.substring(0, Math.max(0, slash)), scope.substring(slash + 1));
  }

  /** Both. */
  String name() {
    return layer.isEmpty() ? op : layer + "/" + op;
  }

  /** The layers, from the outermost. */
  List<String> path() {
    return layer.isEmpty() ? List.of() : List.of(layer.split("/"));
  }
}
