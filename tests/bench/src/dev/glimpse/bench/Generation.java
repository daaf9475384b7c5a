package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * I1, the images that the generator of {@link VaeGan} makes of {@code noise [batch, 64]}, with
 * batch norms by given moments, {@code generator.norm1.running_mean} and so on.
 */
public record Generation(int batch) implements Workload {
  @Override
  public String name() {
    return "I1 generator, batch %d".formatted(batch);
  }

  @Override
  public long flops() {
    int middle = VaeGan.SIZE / 4 * (VaeGan.SIZE / 4);
    int channels = VaeGan.CHANNELS;
    return Flops.product(batch, VaeGan.LATENT, VaeGan.FEATURES)
        + Flops.product(batch * middle, 2 * channels, 16 * channels)
        + Flops.product(batch * middle * 4, channels, 16);
  }

  @Override
  public Contender ours(Device device) {
    return new Run(device, batch);
  }

  private static final class Run implements Contender {
    private static final String NOISE = "noise";

    private final float[] noise;
    private final ParameterStore store;
    private final Plan plan;

    Run(Device device, int batch) {
      Sequential generator = VaeGan.generator(new Networks(VaeGan.CHANNELS, 1));
      store =
          new ParameterStore(
              device,
              List.of(
                  new ParameterSet("generator", generator.parameters()),
                  new ParameterSet("statistics", generator.statistics())),
              1);
      for (Parameter moment : generator.statistics()) {
        int count = moment.shape().size();
        boolean variance = moment.name().endsWith("var");
        store.write(
            moment,
            FloatBuffer.wrap(
                variance ? Data.uniform(moment.name(), count) : Data.normal(moment.name(), count)));
      }
      noise = Data.normal(NOISE, batch * VaeGan.LATENT);
      Tensor codes = Tensor.of(new Input(NOISE, Shape.of(batch, VaeGan.LATENT)));
      plan = new PlanBuilder(store).frozen().output("images", generator.apply(codes)).build();
      plan.set(NOISE, noise);
    }

    @Override
    public void run() {
      plan.run();
      plan.finish();
    }

    @Override
    public Map<String, float[]> start() {
      var start = new HashMap<String, float[]>();
      start.put(NOISE, noise);
      for (Parameter parameter : store.parameters()) {
        float[] values = new float[parameter.shape().size()];
        store.read(parameter).get(values);
        start.put(parameter.name(), values);
      }
      return start;
    }

    @Override
    public List<float[]> check() {
      run();
      float[] images = new float[plan.outputShape("images").size()];
      plan.read("images").get(images);
      return List.of(images);
    }

    @Override
    public void close() {
      plan.close();
      store.close();
    }
  }
}
