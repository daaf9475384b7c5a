package dev.glimpse.ops;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The moments of each column: {@code [.., C]} to mean, variance (biased) and one over the standard
 * deviation {@code 1 / sqrt(variance + epsilon)}, {@code [C]} each. No gradient flows through them:
 * {@link BatchNormalize} has it all.
 */
public record BatchMoments(float epsilon) implements Op {
  @Override
  public String name() {
    return "batch moments";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape columns = Shape.of(inputs.get(0).columns());
    return List.of(columns, columns, columns);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return Arrays.asList((Tensor) null);
  }

  @Override
  public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    return List.of(PairSums.of(device, inputs.get(0)).partBytes());
  }

  @Override
  public void lower(Site site) {
    View x = site.input(0);
    PairSums sums = PairSums.of(site.device(), site.inputShape(0));
    Map<String, String> defines = Map.of("GRADIENT", "0");
    sums.launch(site, defines, List.of(x.buffer()), new Cost(3L * x.size(), x.bytes()));
    sums.combine(
        site,
        "combine_moments",
        defines,
        List.of(
            x.buffer(),
            site.workspace(0),
            site.output(0).buffer(),
            site.output(1).buffer(),
            site.output(2).buffer(),
            sums.columns(),
            sums.blocks(),
            1f / sums.rows(),
            epsilon));
  }
}
