package com.example;

import dev.glimpse.device.Device;
import dev.glimpse.device.Devices;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.io.Png;
import dev.glimpse.models.TrainedModel;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.GenerativeModel;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** Draws with the model of a run: a row of each label, or a hundred images without any. */
public final class SampleRun {
  private static final int COUNT = 100;

  /** Takes the folder of a run, and the picture to write, a PNG file. */
  public static void main(String[] arguments) {
    try (Device device = Devices.open("best");
        TrainedModel trained = TrainedModel.open(Path.of(arguments[0]), device)) {
      if (!(trained.model() instanceof GenerativeModel model)) {
        throw new IllegalArgumentException("a " + trained.config().model() + " draws nothing");
      }
      DataShape shape = trained.shape();
      Tensor labels = model.conditional() ? Example.labelInput(COUNT, shape) : null;
      Tensor samples = model.sample(COUNT, labels);
      try (Plan plan =
          new PlanBuilder(trained.store()).frozen().output("samples", samples).build()) {
        if (labels != null) {
          plan.set(Example.LABELS, rowsOfLabels(shape.classes()));
        }
        plan.setState(1, 0);
        plan.run();
        FloatBuffer images = plan.read("samples");
        Png.write(
            Path.of(arguments[1]),
            Png.grid(images, COUNT, shape.height(), shape.width(), shape.channels(), 10, 2));
      }
    }
  }

  /** One-hot, {@code [COUNT, classes]}. */
  private static float[] rowsOfLabels(int classes) {
    float[] values = new float[COUNT * classes];
    for (int i = 0; i < COUNT; i++) {
      values[i * classes + i / 10 % classes] = 1;
    }
    return values;
  }
}
