package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.ops.Parameter;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import dev.glimpse.train.SmallTraining;
import dev.glimpse.train.Trainer;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedModelTest {
  @TempDir private Path folder;

  private final Device device = TestDevices.own();
  private final Map<String, FloatBuffer> trained = new LinkedHashMap<>();

  @BeforeEach
  void train() {
    Settings settings =
        SmallTraining.settings("vae", "hidden=16", "latent=4", "train.epochs=1", "train.batch=50");
    try (Trainer trainer = SmallTraining.trainer(device, "vae", settings, folder)) {
      trainer.train();
      for (Parameter parameter : trainer.store().parameters()) {
        trained.put(parameter.name(), trainer.store().read(parameter));
      }
    }
  }

  @Test
  void isWhatTheTrainingLeft() {
    int before = device.liveObjects();
    try (TrainedModel opened = TrainedModel.open(folder, device)) {
      var found = new LinkedHashMap<String, FloatBuffer>();
      opened.store().parameters().forEach(p -> found.put(p.name(), opened.store().read(p)));
      assertEquals(trained, found);
      assertInstanceOf(Vae.class, opened.model());
      assertEquals(16, Integer.parseInt(opened.settings().text("hidden")));
      assertEquals(784, opened.shape().pixels());
      assertEquals("vae", opened.config().model());
      assertEquals(opened.run().latest().orElseThrow(), opened.checkpoint());
    }
    assertEquals(before, device.liveObjects());
  }

  @Test
  void theDeviceStaysTheCallersWhereItFails() throws IOException {
    int before = device.liveObjects();
    assertThrows(
        CheckpointException.class, () -> TrainedModel.open(folder.resolve("none"), device));
    Path checkpoint = RunFolder.open(folder).preferred();
    Files.write(checkpoint.resolve("tensors.safetensors"), new byte[100]);
    assertThrows(CheckpointException.class, () -> TrainedModel.open(folder, device));
    assertEquals(before, device.liveObjects());
  }

  @Test
  void aCheckpointMayBeReplacedByItsTrainingMeanwhile() {
    RunFolder run = RunFolder.open(folder);
    Path before = run.preferred();
    Path after = run.checkpoint(1_000);
    Device renaming =
        (Device)
            Proxy.newProxyInstance(
                Device.class.getClassLoader(),
                new Class<?>[] {Device.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("allocate") && Files.exists(before)) {
                    assertTrue(before.toFile().renameTo(after.toFile()));
                  }
                  try {
                    return method.invoke(device, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    try (TrainedModel opened = TrainedModel.open(folder, renaming)) {
      assertEquals(after, opened.checkpoint());
    }
  }
}
