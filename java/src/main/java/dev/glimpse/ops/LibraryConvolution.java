package dev.glimpse.ops;

import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.LibraryCall.Convolve;
import dev.glimpse.device.LibraryCall.Epilogue;
import dev.glimpse.device.LibraryCall.Pass;
import dev.glimpse.device.LibraryCall.Type;
import dev.glimpse.ops.Window.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Convolutions by a vendor's library. Over NHWC images it wants its filter as {@code [K, R, S, C]},
 * fields outermost; our weights end with the axis that a forward product runs over. So the filter
 * is a copy in workspace 0, made once a run for all that read the same weights alike, and the
 * gradient by the weights is brought back. An epilogue of bias and ReLU may be part of the call;
 * any other follows as a launch of its own.
 */
final class LibraryConvolution {
  private static final int GROUP = 64;
  private static final int MOST_TAPS = 16;
  private static final int FEWEST_CHANNELS = 16;
  private static final int MANY_CHANNELS = 64;

  private LibraryConvolution() {}

  /**
   * Whether a library convolves with these weights {@code [r, s, c, k]}. One that is asked for some
   * only is so for windows larger than 4 x 4, for few channels, of which our tiles would stay
   * empty, and for many, unless the convolution scatters with a stride.
   *
   * @param strides whether it scatters with a stride
   */
  static boolean serves(DeviceInfo device, Shape weights, boolean strides) {
    if (device.libraries().contains(LibraryCall.Kind.CONVOLUTION)) {
      return true;
    }
    int taps = weights.dimension(0) * weights.dimension(1);
    int channels = Math.min(weights.dimension(2), weights.dimension(3));
    boolean ours =
        taps <= MOST_TAPS && channels >= FEWEST_CHANNELS && (channels < MANY_CHANNELS || strides);
    return device.libraries().contains(LibraryCall.Kind.SOME_CONVOLUTIONS) && !ours;
  }

  private static boolean roundsToBfloat16(DeviceInfo device) {
    return device.libraries().contains(LibraryCall.Kind.BFLOAT16_CONVOLUTION);
  }

  /** The filter, what an epilogue reads, and image, filter and field in bfloat16. */
  static List<Long> workspaces(
      DeviceInfo device, Chain epilogue, Shape image, Shape weights, Shape field, Shape result) {
    var workspaces = new ArrayList<>(List.of(weights.bytes()));
    if (!epilogue.equals(Chain.STORE)) {
      workspaces.add(result.bytes());
    }
    if (roundsToBfloat16(device)) {
      for (Shape shape : List.of(image, weights, field)) {
        workspaces.add(shape.bytes() / 2);
      }
    }
    return workspaces;
  }

  /** What decides how weights become a filter. */
  static Object form(boolean fieldsFirst) {
    return fieldsFirst ? "filter of [r, s, k, c]" : "filter of [r, s, c, k]";
  }

  /**
   * Convolves.
   *
   * @return false where the library does not, after all, and the result is still to be computed
   */
  static boolean convolve(Site site, Convolution op) {
    Shape source = site.inputShape(0);
    Shape weights = site.inputShape(1);
    View x = site.input(0);
    boolean fieldsFirst = op.scatter() != op.swapped();
    reorder(site, "filter_of_weights", fieldsFirst, site.input(1).buffer(), weights, filter(site));
    int channels = fieldsFirst ? weights.dimension(3) : weights.dimension(2);
    int fields = fieldsFirst ? weights.dimension(2) : weights.dimension(3);
    Extent in = Window.extent(source);
    Buffer result = result(site, op.epilogue());
    int rows = source.dimension(0) * op.out().height() * op.out().width();
    int columns = op.scatter() ? channels : fields;
    Extent small = op.scatter() ? in : op.out();
    LibraryCall.Geometry geometry =
        geometry(
            op.window(),
            source.dimension(0),
            op.scatter() ? op.out() : in,
            channels,
            small,
            fields);
    Convolve call =
        call(
            site,
            op.scatter() ? Pass.IMAGE : Pass.FIELD,
            geometry,
            op.scatter() ? result : x.buffer(),
            op.scatter() ? x.buffer() : result);
    if (!inBfloat16(site, op.epilogue(), call)) {
      Optional<Convolve> whole = withEpilogue(site, op.epilogue(), call, rows, columns);
      if (whole.isPresent()) {
        site.call(whole.get());
        return true;
      }
      if (!site.accepts(call)) {
        return false;
      }
      site.call(call);
    }
    finish(site, op.epilogue(), new View(result, rows, columns, 0, columns));
    return true;
  }

  private static Convolve call(
      Site site, Pass pass, LibraryCall.Geometry geometry, Buffer image, Buffer field) {
    return new Convolve(
        pass,
        geometry,
        Type.FLOAT,
        image,
        filter(site),
        field,
        Epilogue.NONE,
        cost(geometry),
        site.scope());
  }

  /** The output, if the convolution is all of it; else what the epilogue reads. */
  private static Buffer result(Site site, Chain epilogue) {
    return epilogue.equals(Chain.STORE) ? site.output(0).buffer() : site.workspace(1);
  }

  /** Bias and ReLU in the same call, where they are all that follows and the library takes them. */
  private static Optional<Convolve> withEpilogue(
      Site site, Chain epilogue, Convolve plain, int rows, int columns) {
    var in = new ArrayList<View>();
    for (int i = 1; i < epilogue.inputs(); i++) {
      in.add(site.input(1 + i));
    }
    return LinearEpilogue.of(epilogue, in, rows, columns)
        .filter(linear -> plain.pass() == Pass.FIELD)
        .filter(linear -> linear.bias().isPresent() && linear.addend().isEmpty())
        .map(
            linear ->
                new Convolve(
                    plain.pass(),
                    plain.geometry(),
                    plain.type(),
                    plain.image(),
                    plain.filter(),
                    site.output(0).buffer(),
                    linear,
                    plain.cost(),
                    plain.scope()))
        .filter(site::accepts);
  }

  /**
   * The same convolution of tensors that are rounded to bfloat16, its result widened again.
   *
   * @return false where the library has none, and nothing was done
   */
  private static boolean inBfloat16(Site site, Chain epilogue, Convolve call) {
    if (!roundsToBfloat16(site.device())) {
      return false;
    }
    int first = epilogue.equals(Chain.STORE) ? 1 : 2;
    LibraryCall.Geometry g = call.geometry();
    var rounded =
        new Convolve(
            call.pass(),
            g,
            Type.BFLOAT16,
            site.workspace(first),
            site.workspace(first + 1),
            site.workspace(first + 2),
            Epilogue.NONE,
            call.cost(),
            call.scope());
    if (!site.accepts(rounded)) {
      return false;
    }
    if (call.pass() != Pass.IMAGE) {
      convert(site, "narrow", call.image(), rounded.image(), g.imageSize());
    }
    if (call.pass() != Pass.FILTER) {
      convert(site, "narrow", call.filter(), rounded.filter(), g.filterSize());
    }
    if (call.pass() != Pass.FIELD) {
      convert(site, "narrow", call.field(), rounded.field(), g.fieldSize());
    }
    site.call(rounded);
    int size =
        switch (call.pass()) {
          case FIELD -> g.fieldSize();
          case IMAGE -> g.imageSize();
          case FILTER -> g.filterSize();
        };
    convert(site, "widen", rounded.result(), call.result(), size);
    return true;
  }

  private static void convert(Site site, String entry, Buffer from, Buffer to, int count) {
    site.launch(
        site.kernel("bfloat16.cl", entry, Map.of()),
        List.of(from, to, count),
        List.of(roundUp(count, GROUP), 1),
        List.of(GROUP, 1),
        new Cost(0, 6L * count));
  }

  /** The gradient by the weights; as {@link #convolve}. */
  static boolean byWeights(Site site, ConvolutionWeights op) {
    Shape image = site.inputShape(0);
    Shape field = site.inputShape(1);
    LibraryCall.Geometry geometry =
        geometry(
            op.window(),
            image.dimension(0),
            Window.extent(image),
            image.columns(),
            Window.extent(field),
            field.columns());
    Convolve call =
        call(site, Pass.FILTER, geometry, site.input(0).buffer(), site.input(1).buffer());
    if (!inBfloat16(site, op.epilogue(), call)) {
      if (!site.accepts(call)) {
        return false;
      }
      site.call(call);
    }
    int fields = op.fieldFirst() ? geometry.k() : geometry.c();
    int columns = op.fieldFirst() ? geometry.c() : geometry.k();
    Shape weights = Shape.of(geometry.r(), geometry.s(), fields, columns);
    Buffer result = result(site, op.epilogue());
    reorder(site, "weights_of_filter", op.fieldFirst(), filter(site), weights, result);
    finish(site, op.epilogue(), new View(result, weights.rows(), columns, 0, columns));
    return true;
  }

  private static Buffer filter(Site site) {
    return site.workspace(0);
  }

  private static LibraryCall.Geometry geometry(
      Window window, int batch, Extent image, int channels, Extent field, int fields) {
    return new LibraryCall.Geometry(
        batch,
        image.height(),
        image.width(),
        channels,
        field.height(),
        field.width(),
        fields,
        window.height(),
        window.width(),
        window.stride().height(),
        window.stride().width(),
        window.padding().height(),
        window.padding().width(),
        window.dilation().height(),
        window.dilation().width());
  }

  private static Cost cost(LibraryCall.Geometry g) {
    return new Cost(
        2L * g.fieldSize() * g.r() * g.s() * g.c(),
        4L * g.imageSize() + 4L * g.fieldSize() + 4L * g.filterSize());
  }

  /** Copies between weights and filter, either of which has the weights' size. */
  private static void reorder(
      Site site, String entry, boolean fieldsFirst, Buffer from, Shape weights, Buffer to) {
    int channels = weights.dimension(fieldsFirst ? 3 : 2);
    int fields = weights.dimension(fieldsFirst ? 2 : 3);
    int taps = weights.dimension(0) * weights.dimension(1);
    site.launch(
        site.kernel("filter.cl", entry, Map.of("FIELDS_FIRST", fieldsFirst ? "1" : "0")),
        List.of(from, to, taps, channels, fields),
        List.of(roundUp(weights.size(), GROUP), 1),
        List.of(GROUP, 1),
        new Cost(0, 2 * weights.bytes()));
  }

  private static void finish(Site site, Chain epilogue, View product) {
    if (epilogue.equals(Chain.STORE)) {
      return;
    }
    var in = new ArrayList<>(List.of(product));
    for (int i = 1; i < epilogue.inputs(); i++) {
      in.add(site.input(1 + i));
    }
    var out = new ArrayList<View>();
    for (int o = 0; o < epilogue.outputs().size(); o++) {
      out.add(site.output(o));
    }
    FusedPointwise.launch(site, epilogue, in, out);
  }
}
