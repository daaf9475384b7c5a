package dev.glimpse.ops;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.LibraryCall.Convolve;
import dev.glimpse.device.LibraryCall.Pass;
import dev.glimpse.ops.Window.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Convolutions by a vendor's library. Over NHWC images it wants its filter as {@code [K, R, S, C]},
 * fields outermost; our weights end with the axis that a forward product runs over. So the filter
 * is a copy in workspace 0, made once a run for all that read the same weights alike, and the
 * gradient by the weights is brought back. The epilogue follows as a launch of its own.
 */
final class LibraryConvolution {
  private static final int GROUP = 64;

  private LibraryConvolution() {}

  static boolean serves(DeviceInfo device) {
    return device.libraries().contains(LibraryCall.Kind.CONVOLUTION);
  }

  /** The filter, and what an epilogue reads. */
  static List<Long> workspaces(Shape weights, Shape result, boolean direct) {
    return direct ? List.of(weights.bytes()) : List.of(weights.bytes(), result.bytes());
  }

  /** What decides how weights become a filter. */
  static Object form(boolean fieldsFirst) {
    return fieldsFirst ? "filter of [r, s, k, c]" : "filter of [r, s, c, k]";
  }

  static void convolve(Site site, Convolution op) {
    Shape source = site.inputShape(0);
    Shape weights = site.inputShape(1);
    View x = site.input(0);
    boolean fieldsFirst = op.scatter() != op.swapped();
    reorder(site, "filter_of_weights", fieldsFirst, site.input(1).buffer(), weights, filter(site));
    int channels = fieldsFirst ? weights.dimension(3) : weights.dimension(2);
    int fields = fieldsFirst ? weights.dimension(2) : weights.dimension(3);
    Extent in = Window.extent(source);
    boolean direct = op.epilogue().equals(Chain.STORE) && site.output(0).contiguous();
    Buffer result = direct ? site.output(0).buffer() : site.workspace(1);
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
    site.call(
        new Convolve(
            op.scatter() ? Pass.IMAGE : Pass.FIELD,
            geometry,
            op.scatter() ? result : x.buffer(),
            filter(site),
            op.scatter() ? x.buffer() : result,
            cost(geometry),
            site.scope()));
    if (!direct) {
      finish(site, op.epilogue(), new View(result, rows, columns, 0, columns));
    }
  }

  static void byWeights(Site site, ConvolutionWeights op) {
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
    site.call(
        new Convolve(
            Pass.FILTER,
            geometry,
            site.input(0).buffer(),
            filter(site),
            site.input(1).buffer(),
            cost(geometry),
            site.scope()));
    int fields = op.fieldFirst() ? geometry.k() : geometry.c();
    int columns = op.fieldFirst() ? geometry.c() : geometry.k();
    Shape weights = Shape.of(geometry.r(), geometry.s(), fields, columns);
    boolean direct = op.epilogue().equals(Chain.STORE) && site.output(0).contiguous();
    Buffer result = direct ? site.output(0).buffer() : site.workspace(1);
    reorder(site, "weights_of_filter", op.fieldFirst(), filter(site), weights, result);
    if (!direct) {
      finish(site, op.epilogue(), new View(result, weights.rows(), columns, 0, columns));
    }
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
    long image = (long) g.n() * g.h() * g.w() * g.c();
    long field = (long) g.n() * g.p() * g.q() * g.k();
    long filter = (long) g.k() * g.r() * g.s() * g.c();
    return new Cost(2 * field * g.r() * g.s() * g.c(), 4 * (image + field + filter));
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
        List.of((weights.size() + GROUP - 1) / GROUP * GROUP, 1),
        List.of(GROUP, 1),
        new Cost(0, 2 * weights.bytes()));
  }

  private static void finish(Site site, Chain epilogue, View product) {
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
