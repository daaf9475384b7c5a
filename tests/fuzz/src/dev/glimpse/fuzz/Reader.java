package dev.glimpse.fuzz;

import dev.glimpse.data.DataException;
import dev.glimpse.data.IdxReader;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.Npz;
import dev.glimpse.io.Safetensors;
import dev.glimpse.models.Models;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.train.Checkpoint;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.SettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The readers of files that come from elsewhere. */
enum Reader {
  SAFETENSORS {
    @Override
    void read(byte[] input, Path folder) throws IOException {
      try (Safetensors file = Safetensors.open(write(folder, "weights.safetensors", input))) {
        file.tensors().keySet().forEach(file::readFloats);
      } catch (CheckpointException e) {
        explained(e);
      }
    }
  },

  NPZ {
    @Override
    void read(byte[] input, Path folder) throws IOException {
      try (Npz file = Npz.open(write(folder, "weights.npz", input))) {
        file.tensors().keySet().forEach(file::readFloats);
      } catch (CheckpointException e) {
        explained(e);
      }
    }
  },

  /** Images and their labels. */
  IDX {
    @Override
    void read(byte[] input, Path folder) throws IOException {
      Path images = write(folder, "images", first(input));
      Path labels = write(folder, "labels", second(input));
      try {
        IdxReader.read(images, labels, 10);
      } catch (DataException e) {
        explained(e);
      }
    }
  },

  /** A checkpoint's state and tensors. */
  CHECKPOINT {
    @Override
    void read(byte[] input, Path folder) throws IOException {
      write(folder, "state.json", first(input));
      write(folder, "tensors.safetensors", second(input));
      var weight = new Parameter("weight", Shape.of(2, 3), Initializer.constant(0));
      try (var device = new DryDevice(DeviceInfo.Kind.CPU);
          var store =
              new ParameterStore(device, List.of(ParameterSet.of("model", List.of(weight))), 0)) {
        Checkpoint.readParameters(folder, store);
        Checkpoint.readState(folder);
      } catch (CheckpointException e) {
        explained(e);
      }
    }
  },

  /** A run's configuration and metrics. */
  RUN {
    @Override
    void read(byte[] input, Path folder) throws IOException {
      write(folder, "config.json", first(input));
      write(folder, "metrics.jsonl", second(input));
      try {
        RunFolder run = RunFolder.open(folder);
        run.metrics();
        RunConfig config = run.config();
        config.applyTo(Models.named(config.model()).settings());
      } catch (CheckpointException | SettingException e) {
        explained(e);
      }
    }
  };

  /**
   * Reads a file, or two, in a folder for that.
   *
   * @param input the file's bytes; of two files, those of the first follow two bytes that tell
   *     their number
   */
  abstract void read(byte[] input, Path folder) throws IOException;

  /** Joins two files to an input. */
  static byte[] both(byte[] first, byte[] second) {
    byte[] input =
        Arrays.copyOf(
            new byte[] {(byte) (first.length >> 8), (byte) first.length},
            2 + first.length + second.length);
    System.arraycopy(first, 0, input, 2, first.length);
    System.arraycopy(second, 0, input, 2 + first.length, second.length);
    return input;
  }

  private static byte[] first(byte[] input) {
    return Arrays.copyOfRange(input, Math.min(2, input.length), end(input));
  }

  private static byte[] second(byte[] input) {
    return Arrays.copyOfRange(input, end(input), input.length);
  }

  private static int end(byte[] input) {
    return input.length < 2
        ? input.length
        : Math.min(input.length, 2 + ((input[0] & 0xff) << 8 | input[1] & 0xff));
  }

  private static Path write(Path folder, String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  /** An error says something, on one line. */
  private static void explained(RuntimeException e) {
    String message = e.getMessage();
    if (message.isBlank() || message.chars().anyMatch(c -> c == '\n' || c == '\r')) {
      throw new AssertionError("not one line: '" + message + "'", e);
    }
  }
}
