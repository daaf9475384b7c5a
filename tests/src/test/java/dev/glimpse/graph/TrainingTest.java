package dev.glimpse.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.train.Adam;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What holds for training as a whole, tried on a small model. */
class TrainingTest {
  private static final Optimizer ADAM = new Adam(0.01f, 0.9f, 0.999f, 1e-8f, 0.01f, 1);

  private final Device device = TestDevices.own();

  @Test
  void aPlanHasTheBitsOfAnEagerOne() {
    Device device = TestDevices.ownWithoutLibraries();
    assertArrayEquals(
        SmallVae.train(device, 5, 2, ADAM, false), SmallVae.train(device, 5, 2, ADAM, true));
  }

  @Test
  void theSameSeedGivesTheSameBits() {
    float[] first = SmallVae.train(device, 5, 20, ADAM, true);
    assertArrayEquals(first, SmallVae.train(device, 5, 20, ADAM, true));
    assertFalse(Arrays.equals(first, SmallVae.train(device, 6, 20, ADAM, true)));
  }

  @Test
  void gpuKernelsTrainAsWell() {
    float[] own = SmallVae.train(device, 5, 20, ADAM, true);
    float[] gpu = SmallVae.train(TestDevices.withGpuKernels(), 5, 20, ADAM, true);
    assertArrayEquals(own, gpu, 2e-4f);
    assertArrayEquals(gpu, SmallVae.train(TestDevices.withGpuKernels(), 5, 20, ADAM, true));
  }

  @Test
  void theLossFalls() {
    var vae = new SmallVae();
    try (ParameterStore store = vae.store(device, 1);
        Plan plan = vae.step(store, ADAM).build()) {
      plan.set("x", SmallVae.batch());
      run(plan, 300);
      FloatBuffer history = plan.history();
      int loss = plan.metrics().indexOf("loss");
      assertTrue(history.get(299 * 3 + loss) < 0.97f * history.get(loss));
      assertEquals(300, plan.step());
    }
  }

  @Test
  void runningAllocatesNoJavaMemory() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var vae = new SmallVae();
    try (ParameterStore store = vae.store(device, 1);
        Plan plan = vae.step(store, ADAM).build()) {
      plan.set("x", SmallVae.batch());
      // The first runs load classes, and code that is not yet compiled boxes numbers.
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 10 && least > 0; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        run(plan, 100);
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least);
    }
  }

  private static void run(Plan plan, int times) {
    for (int i = 0; i < times; i++) {
      plan.run();
      plan.finish();
    }
  }

  @Test
  void closingFreesEverything() {
    SmallVae.train(device, 1, 1, ADAM, true);
    int before = device.liveObjects();
    SmallVae.train(device, 1, 1, ADAM, true);
    assertEquals(before, device.liveObjects());
  }
}
