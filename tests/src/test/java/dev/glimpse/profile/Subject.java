package dev.glimpse.profile;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.device.Recording.Timing;
import dev.glimpse.device.Work;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.models.Models;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Model;
import dev.glimpse.train.Settings;
import dev.glimpse.train.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The training step of a small VAE, on no device, with timings that were made up. */
final class Subject {
  static final int BATCH = 6;
  static final int PIXELS = 20;
  static final int HIDDEN = 8;
  static final int LATENT = 3;

  private Subject() {}

  /** The launches of a step. */
  static List<Work> launches(DeviceInfo.Kind kind) {
    Models.Kind vae = Models.named("vae");
    Settings settings = vae.settings();
    settings.set("hidden", String.valueOf(HIDDEN));
    settings.set("latent", String.valueOf(LATENT));
    var shape = new DataShape(4, 5, 1, 0);
    Model model = vae.create(shape, settings);
    try (var store = new ParameterStore(new DryDevice(kind), model.parameters(), 1);
        Plan plan = TrainingPlan.build(store, model, settings, shape, BATCH).plan()) {
      return plan.launches();
    }
  }

  /** Some steps, the launches taking up to 5 ms each, with gaps of up to 5 us. */
  static Profile profile(int steps) {
    List<Work> launches = launches(DeviceInfo.Kind.CPU);
    var random = new SplittableRandom(1);
    var timings = new ArrayList<List<Timing>>();
    long now = 1_000_000_000_000L;
    for (int s = 0; s < steps; s++) {
      var step = new ArrayList<Timing>();
      long queued = now;
      for (int i = 0; i < launches.size(); i++) {
        queued += random.nextInt(3000);
        long start = Math.max(now, queued) + random.nextInt(5000);
        now = start + random.nextInt(1, 5_000_000);
        step.add(new Timing(queued, start, now));
      }
      timings.add(step);
    }
    return new Profile(launches, timings, new double[] {0.2}, new double[] {0.1}, 4096);
  }

  /** The FLOPs of all products of a step: forward, by weights and by inputs. */
  static long matmulFlops() {
    long ends = (long) PIXELS * HIDDEN * (2 + 3); // of the images no gradient is needed
    long middle = (long) HIDDEN * 2 * LATENT * 3 + (long) LATENT * HIDDEN * 3;
    return 2 * BATCH * (ends + middle);
  }
}
