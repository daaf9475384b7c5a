package dev.glimpse.graph;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Devices;
import dev.glimpse.device.LibraryCall.Kind;
import dev.glimpse.device.LibraryDevice;
import dev.glimpse.device.TestDevices;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.OpCases;
import dev.glimpse.ops.OpCheck;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import dev.glimpse.train.RmsProp;
import dev.glimpse.train.Sgd;
import java.util.EnumSet;
import java.util.List;

/**
 * A program that runs kernels at small sizes, silent if all is well: what {@link OclgrindTest} has
 * simulated. Its arguments are a kind of device and names: groups of {@link OpCases#brief}, two of
 * them with what stands around a library's calls, {@code random} or {@code training}.
 */
final class KernelSuite {
  private KernelSuite() {}

  public static void main(String[] args) {
    DeviceInfo info = TestDevices.openCl().as(DeviceInfo.Kind.valueOf(args[0]));
    for (String name : List.of(args).subList(1, args.length)) {
      // A device each: Oclgrind takes memory that is given out again for uninitialised.
      try (Device device = Devices.open(info)) {
        switch (name) {
          case "random" -> drawNumbers(device);
          case "training" -> train(device);
          case "lstm sequences by a library", "convolutions by a library" -> {
            var library = new LibraryDevice(device, EnumSet.of(Kind.CONVOLUTION, Kind.LSTM), true);
            OpCheck.check(library, OpCases.brief().get(name.replace(" by a library", "")));
          }
          default -> OpCheck.check(device, OpCases.brief().get(name));
        }
      }
    }
  }

  private static void drawNumbers(Device device) {
    Tensor probability = Tensor.of(new Input("probability", Shape.of(45)));
    try (var store = new ParameterStore(device, List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("uniform", Ops.randomUniform(Shape.of(35)))
                .output("normal", Ops.randomNormal(Shape.of(600)))
                .output("bernoulli", Ops.randomBernoulli(probability))
                .build()) {
      plan.set("probability", new float[45]);
      plan.run();
      plan.finish();
    }
  }

  /** A step of each optimizer, with all that it may do, and of a model. */
  private static void train(Device device) {
    var vae = new SmallVae();
    try (ParameterStore store = vae.store(device, 0);
        Plan plan = vae.step(store, new Adam(0.01f, 0.9f, 0.999f, 1e-8f, 0.1f, 1)).build()) {
      plan.set("x", SmallVae.batch());
      plan.run();
      plan.finish();
    }
    var parameter = new Parameter("p", Shape.of(301), Initializer.constant(1));
    var count = new Parameter("count", Shape.SCALAR, Initializer.constant(0));
    var set = new ParameterSet("all", List.of(parameter));
    var counts = new ParameterSet("counts", List.of(count));
    Tensor loss = Ops.sum(Ops.square(parameter.tensor()));
    var gate = new Gate(Ops.constant(1, Shape.SCALAR), count);
    for (Objective objective :
        List.of(
            new Objective("sgd", loss, set, new Sgd(0.01f, 0.9f, 0.1f, 1)),
            new Objective("rmsprop", loss, set, new RmsProp(0.01f, 0.9f, 1e-8f, 0.1f, 1)),
            new Objective("gated", loss, set, new RmsProp(0.01f, 0.9f, 1e-8f, 0, 0), gate))) {
      try (var store = new ParameterStore(device, List.of(set, counts), 0);
          Plan plan = new PlanBuilder(store).objective(objective).build()) {
        plan.run();
        plan.finish();
      }
    }
  }
}
