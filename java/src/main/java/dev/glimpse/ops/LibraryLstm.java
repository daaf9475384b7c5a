package dev.glimpse.ops;

import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.LibraryCall.LstmSpace;
import dev.glimpse.device.LibraryCall.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@link LstmSequence} by a vendor's library in one call: of x {@code [T, N, in]} and parameters in
 * the library's order to the hidden states {@code [T, N, H]} and what its gradient needs to know.
 *
 * @param space where the library of the plan's device wants what
 */
record LibraryLstm(Sequence size, LstmSpace space) implements LibraryOp {
  private static final int GPU_GROUP = 64;

  /** On a device; nothing where its library does not have it. */
  static Optional<LibraryLstm> on(Device device, Sequence size) {
    return device.info().libraries().contains(LibraryCall.Kind.LSTM)
        ? device.lstmSpace(size).map(space -> new LibraryLstm(size, space))
        : Optional.empty();
  }

  /** Of x, weight and bias. */
  Node apply(List<Tensor> inputs) {
    Tensor parameters = Tensor.of(new Pack(size, space), inputs.get(1), inputs.get(2));
    return Node.of(this, List.of(inputs.get(0), parameters));
  }

  /** By x, weight and bias. */
  List<Tensor> gradients(List<Tensor> inputs, Tensor dy) {
    Node node = apply(inputs);
    var operands = new ArrayList<>(node.inputs());
    operands.addAll(node.outputs());
    operands.add(dy);
    List<Tensor> by = Node.of(new Gradient(size, space), operands).outputs();
    List<Tensor> ofParameters = Node.of(new Unpack(size, space), by.subList(1, 2)).outputs();
    return List.of(by.get(0), ofParameters.get(0), ofParameters.get(1));
  }

  @Override
  public String name() {
    return "lstm sequence";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return List.of(Shape.of(size.steps(), size.batch(), size.hidden()), Shape.of(space.reserve()));
  }

  @Override
  public void lower(Site site) {
    site.call(
        new LibraryCall.Lstm(
            size,
            space,
            site.input(0).buffer(),
            site.input(1).buffer(),
            site.output(0).buffer(),
            site.isRead(1) ? Optional.of(site.output(1).buffer()) : Optional.empty(),
            cost(size, space, 1),
            site.scope()));
  }

  /** Of so many passes over the sequence. */
  private static Cost cost(Sequence size, LstmSpace space, int passes) {
    long rows = (long) size.steps() * size.batch();
    long bytes = 4 * (rows * (size.in() + size.hidden()) + space.parameters());
    return new Cost(passes * 2 * rows * (size.in() + size.hidden()) * 4 * size.hidden(), bytes);
  }

  /**
   * Of x, parameters, the hidden states, what the forward call kept, and the gradient by the hidden
   * states: those by x and by the parameters.
   */
  private record Gradient(Sequence size, LstmSpace space) implements LibraryOp {
    @Override
    public String name() {
      return "lstm sequence gradient";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      return inputs.subList(0, 2);
    }

    /** For what the forward call kept: the library spoils it, and another gradient may follow. */
    @Override
    public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
      return List.of(4L * space.reserve());
    }

    @Override
    public void lower(Site site) {
      View kept = site.input(3);
      View copy = new View(site.workspace(0), 1, kept.columns(), 0, kept.columns());
      FusedPointwise.launch(
          site, Chain.STORE, new ArrayList<>(List.of(kept)), new ArrayList<>(List.of(copy)));
      site.call(
          new LibraryCall.LstmGradient(
              size,
              space,
              site.input(0).buffer(),
              site.input(1).buffer(),
              site.input(2).buffer(),
              site.input(4).buffer(),
              copy.buffer(),
              site.output(0).buffer(),
              site.output(1).buffer(),
              cost(size, space, 2),
              site.scope()));
    }
  }

  /** Weight {@code [in + H, 4 H]} and bias {@code [4 H]} in the library's order. */
  private record Pack(Sequence size, LstmSpace space) implements LibraryOp {
    @Override
    public String name() {
      return "lstm parameters";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      return List.of(Shape.of(space.parameters()));
    }

    @Override
    public void lower(Site site) {
      launch(site, "pack", List.of(site.input(0), site.input(1)), site.output(0), size, space);
    }
  }

  /** {@link Pack} backwards, for gradients. */
  private record Unpack(Sequence size, LstmSpace space) implements LibraryOp {
    @Override
    public String name() {
      return "lstm parameters";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      int gates = 4 * size.hidden();
      return List.of(Shape.of(size.in() + size.hidden(), gates), Shape.of(gates));
    }

    @Override
    public void lower(Site site) {
      launch(site, "unpack", List.of(site.output(0), site.output(1)), site.input(0), size, space);
    }
  }

  private static void launch(
      Site site, String entry, List<View> ours, View theirs, Sequence size, LstmSpace space) {
    int rows = size.in() + size.hidden() + 1;
    int columns = 4 * size.hidden();
    site.launch(
        site.kernel("lstm_parameters.cl", entry, Map.of()),
        List.of(
            ours.get(0).buffer(),
            ours.get(1).buffer(),
            theirs.buffer(),
            size.in(),
            size.hidden(),
            space.inputWeights(),
            space.hiddenWeights(),
            space.biases()),
        List.of(roundUp(columns, GPU_GROUP), rows),
        List.of(GPU_GROUP, 1),
        new Cost(0, 8L * rows * columns));
  }
}
