package dev.glimpse.ops;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCase.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reading and writing through grids of Gaussian filters: part of {@link OpCases}. */
final class AttentionCases {
  private AttentionCases() {}

  /**
   * A grid of filters over images of one size.
   *
   * @param size the filters of a row and of a column
   */
  private record Geometry(int batch, int height, int width, int channels, int size) {
    Argument images() {
      return Argument.of("images", batch, height, width, channels);
    }

    Argument canvases() {
      return Argument.of("canvases", batch, height, width, channels);
    }

    Argument patches() {
      return Argument.of("patches", batch, size, size, channels);
    }

    Argument windows() {
      return Argument.of("windows", batch, AttentionWindow.PARAMETERS).with(Values.WINDOW);
    }

    int patch() {
      return size * size * channels;
    }

    @Override
    public String toString() {
      return "%d x %d x %d by %d".formatted(height, width, channels, size);
    }
  }

  /**
   * Every kernel: a patch larger than its image, with windows of all kinds; colours; and a single
   * filter on a line.
   */
  static Map<String, List<OpCase>> brief() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    groups.put("attention", all(new Geometry(2, 5, 3, 1, 7)));
    groups.put("attention to colours", usual(new Geometry(2, 3, 4, 3, 2)));
    groups.put("attention to a column", usual(new Geometry(2, 9, 1, 1, 1)));
    return groups;
  }

  /**
   * Every kernel again on images of DRAW's size, and on one that with its error image is too large
   * for a GPU's local memory. Of other sizes the kernels that compute most: drivers compile each
   * kernel anew for each size.
   */
  static Map<String, List<OpCase>> sizes() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    for (var geometry : List.of(new Geometry(3, 28, 28, 1, 5), new Geometry(1, 70, 67, 1, 2))) {
      groups.put("attention to " + geometry, all(geometry));
    }
    for (var geometry :
        List.of(
            new Geometry(1, 7, 8, 1, 3),
            new Geometry(2, 8, 9, 3, 4),
            new Geometry(2, 33, 7, 1, 8),
            new Geometry(1, 1, 33, 1, 2),
            new Geometry(2, 9, 28, 3, 1),
            new Geometry(1, 1, 1, 1, 1))) {
      groups.put("attention to " + geometry, extremes(geometry));
    }
    // Of which a CPU's gradient does not keep what the canvas shows.
    Geometry large = new Geometry(1, 370, 360, 1, 2);
    groups.put("attention to " + large, reads(large).subList(2, 3));
    return groups;
  }

  private static List<OpCase> all(Geometry geometry) {
    var cases = new ArrayList<OpCase>(usual(geometry));
    cases.addAll(extremes(geometry));
    return cases;
  }

  private static List<OpCase> usual(Geometry geometry) {
    var cases = new ArrayList<OpCase>();
    cases.addAll(reads(geometry));
    cases.addAll(writes(geometry));
    cases.addAll(together(geometry));
    return cases;
  }

  private static List<OpCase> reads(Geometry geometry) {
    int size = geometry.size();
    Argument images = geometry.images();
    Argument canvases = geometry.canvases();
    Argument windows = geometry.windows();
    return List.of(
        new OpCase(
            "read", List.of(images, windows), t -> Ops.attentionRead(t.get(0), t.get(1), size)),
        new OpCase(
            "read data",
            List.of(images.data(), windows),
            t -> Ops.scale(Ops.attentionRead(t.get(0), t.get(1), size), 0.5f)),
        new OpCase(
            "read with errors",
            List.of(images, canvases, windows),
            t -> Ops.attentionRead(t.get(0), t.get(1), t.get(2), size)),
        new OpCase(
            "read data with errors",
            List.of(images.data(), canvases, windows),
            t -> Ops.scale(Ops.attentionRead(t.get(0), t.get(1), t.get(2), size), 0.5f)));
  }

  private static List<OpCase> writes(Geometry geometry) {
    List<Argument> arguments = List.of(geometry.canvases(), geometry.patches(), geometry.windows());
    return List.of(
        new OpCase(
            "write", arguments, t -> Ops.attentionWrite(t.get(0), t.get(1), t.get(2), false)),
        new OpCase(
            "write, canvas computed again",
            arguments,
            // The gradient of tanh is of its result, which is the canvas that is computed again.
            t -> Ops.attentionWrite(Ops.tanh(t.get(0)), t.get(1), t.get(2), true)));
  }

  /** As DRAW has it: reads and writes by turns, by parts of wider tensors and into such. */
  private static List<OpCase> together(Geometry geometry) {
    int patch = geometry.patch();
    Argument written =
        Argument.of("written", geometry.batch(), patch + AttentionWindow.PARAMETERS + 1)
            .with(Values.WINDOW);
    List<Argument> arguments =
        List.of(geometry.images(), geometry.canvases(), geometry.windows(), written);
    var cases = new ArrayList<OpCase>();
    for (boolean again : new boolean[] {false, true}) {
      cases.add(
          new OpCase(
              again ? "in turn, canvases computed again" : "in turn",
              arguments,
              t -> inTurn(geometry, t, again)));
    }
    return cases;
  }

  private static Tensor inTurn(Geometry geometry, List<Tensor> t, boolean again) {
    int patch = geometry.patch();
    Shape patches = geometry.patches().shape();
    List<Tensor> parts = Ops.split(t.get(3), List.of(patch, AttentionWindow.PARAMETERS, 1));
    Tensor first =
        Ops.attentionWrite(t.get(1), Ops.reshape(parts.get(0), patches), parts.get(1), again);
    Tensor seen =
        Ops.reshape(
            Ops.attentionRead(t.get(0), first, t.get(2), geometry.size()),
            Shape.of(geometry.batch(), 2 * patch));
    // Read patches are parts of a wider tensor.
    Tensor joined = Ops.concat(List.of(parts.get(2), seen));
    Tensor errors = Ops.split(joined, List.of(1 + patch, patch)).get(1);
    Tensor second = Ops.attentionWrite(first, Ops.reshape(errors, patches), t.get(2), again);
    Shape flat = Shape.of(geometry.batch(), second.shape().size() / geometry.batch());
    return Ops.concat(List.of(joined, Ops.reshape(second, flat)));
  }

  /**
   * Windows around the image, far off it, so narrow that they meet one pixel, and so wide that they
   * meet all.
   */
  private static List<OpCase> extremes(Geometry geometry) {
    var cases = new ArrayList<OpCase>();
    cases.addAll(moved("in place", geometry, 0, 0, 0, 0, 0));
    cases.addAll(moved("beyond the last column", geometry, 9, 0, 2, 0, 0));
    cases.addAll(moved("narrow beyond the corner", geometry, 9, -9, -9, 0, 0));
    cases.addAll(moved("wide", geometry, 0, 0, 9, 0, 0));
    cases.addAll(moved("wide beyond the first row", geometry, 0, -6, 5, 0, 0));
    cases.addAll(moved("far apart and faint", geometry, 0, 0, 1, 1, -3));
    cases.addAll(moved("close together and strong", geometry, 0, 0, -1, -5, 3));
    return cases;
  }

  private static List<OpCase> moved(String name, Geometry geometry, float... by) {
    return List.of(
        new OpCase(
            "read, " + name,
            List.of(geometry.images(), geometry.canvases(), geometry.windows()),
            t -> Ops.attentionRead(t.get(0), t.get(1), moved(t.get(2), by), geometry.size())),
        new OpCase(
            "write, " + name,
            List.of(geometry.canvases(), geometry.patches(), geometry.windows()),
            t -> Ops.attentionWrite(t.get(0), t.get(1), moved(t.get(2), by), false)));
  }

  /** Windows with something added to each of their numbers. */
  private static Tensor moved(Tensor windows, float... by) {
    List<Tensor> numbers = Ops.split(windows, List.of(1, 1, 1, 1, 1));
    var moved = new ArrayList<Tensor>();
    for (int i = 0; i < by.length; i++) {
      moved.add(Ops.shift(numbers.get(i), by[i]));
    }
    return Ops.concat(moved);
  }
}
