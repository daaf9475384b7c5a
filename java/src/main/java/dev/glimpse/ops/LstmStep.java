package dev.glimpse.ops;

import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The pointwise part of an LSTM's step: gates {@code [N, 4 H]}, in the order input, forget,
 * candidate, output, and cells {@code [N, H]} to the hidden state, the new cells, and the gates
 * after their activations, which only a gradient reads.
 */
public record LstmStep() implements Op {
  private static final int GPU_GROUP = 64;

  /** Of a unit: three sigmoids, two tanh and what joins them. */
  private static final int FLOPS = 3 * 30 + 2 * 40 + 4;

  @Override
  public String name() {
    return "lstm";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape gates = inputs.get(0);
    Shape cell = inputs.get(1);
    if (gates.columns() != 4 * cell.columns() || gates.rows() != cell.rows()) {
      throw new ShapeException("cells [N, H] have gates [N, 4 H]");
    }
    return List.of(cell, cell, gates);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    Tensor cell = node.inputs().get(1);
    Tensor newCell = node.outputs().get(1);
    Tensor activations = node.outputs().get(2);
    Tensor zero = Ops.constant(0, cell.shape());
    Tensor dHidden = dy.get(0) == null ? zero : dy.get(0);
    Tensor dCell = dy.get(1) == null ? zero : dy.get(1);
    return Node.of(new LstmStepGradient(), List.of(activations, cell, newCell, dHidden, dCell))
        .outputs();
  }

  @Override
  public boolean readsStrided() {
    return true;
  }

  @Override
  public boolean writesStrided(int output) {
    return true;
  }

  @Override
  public void lower(Site site) {
    boolean training = site.isRead(2);
    launch(
        site,
        "lstm_step",
        Map.of("KEEP_GATES", training ? "1" : "0"),
        List.of(site.input(0), site.input(1)),
        training
            ? List.of(site.output(0), site.output(1), site.output(2))
            : List.of(site.output(0), site.output(1)),
        FLOPS);
  }

  /** Launches a kernel of {@code kernels/lstm.cl}; a work-item computes a row, or a unit of it. */
  static void launch(
      Site site,
      String entry,
      Map<String, String> defines,
      List<View> in,
      List<View> out,
      int flops) {
    View cell = in.get(1);
    var arguments = new ArrayList<>(View.arguments(in));
    arguments.addAll(View.arguments(out));
    long bytes = View.bytes(in) + View.bytes(out);
    arguments.add(cell.columns());
    boolean cpu = site.device().kind().isCpu();
    site.launch(
        site.kernel("lstm.cl", entry, defines),
        arguments,
        List.of(cpu ? 1 : roundUp(cell.columns(), GPU_GROUP), cell.rows()),
        List.of(cpu ? 1 : GPU_GROUP, 1),
        new Cost((long) flops * cell.size(), bytes));
  }
}
