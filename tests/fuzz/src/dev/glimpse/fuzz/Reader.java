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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The readers of files that come from elsewhere. */
enum Reader {
  SAFETENSORS(Set.of(CheckpointException.class)) {
    @Override
    void readAll(byte[] input, Path folder) throws IOException {
      try (var file = Safetensors.open(write(folder, "weights.safetensors", input))) {
        file.tensors().keySet().forEach(file::readFloats);
      }
    }
  },

  NPZ(Set.of(CheckpointException.class)) {
    @Override
    void readAll(byte[] input, Path folder) throws IOException {
      try (var file = Npz.open(write(folder, "weights.npz", input))) {
        file.tensors().keySet().forEach(file::readFloats);
      }
    }
  },

  /** An array of an npz file, in an archive that is intact. */
  NPY(Set.of(CheckpointException.class)) {
    @Override
    void readAll(byte[] input, Path folder) throws IOException {
      var archive = new ByteArrayOutputStream();
      try (var zip = new ZipOutputStream(archive)) {
        zip.putNextEntry(new ZipEntry("array.npy"));
        zip.write(input);
      }
      NPZ.readAll(archive.toByteArray(), folder);
    }
  },

  /** Images and their labels. */
  IDX(Set.of(DataException.class)) {
    @Override
    void readAll(byte[] input, Path folder) throws IOException {
      Path images = write(folder, "images", first(input));
      IdxReader.read(images, write(folder, "labels", second(input)), 10);
    }
  },

  /** A checkpoint's state and tensors. */
  CHECKPOINT(Set.of(CheckpointException.class)) {
    @Override
    void readAll(byte[] input, Path folder) throws IOException {
      write(folder, "state.json", first(input));
      write(folder, "tensors.safetensors", second(input));
      Checkpoint.readState(folder);
      var weight = new Parameter("weight", Shape.of(2, 3), Initializer.constant(0));
      var parameters = ParameterSet.of("model", List.of(weight));
      try (var device = new DryDevice(DeviceInfo.Kind.CPU);
          var store = new ParameterStore(device, List.of(parameters), 0)) {
        Checkpoint.readParameters(folder, store);
      }
    }
  },

  /** A run's configuration and metrics. */
  RUN(Set.of(CheckpointException.class, SettingException.class)) {
    @Override
    void readAll(byte[] input, Path folder) throws IOException {
      write(folder, "config.json", first(input));
      write(folder, "metrics.jsonl", second(input));
      RunFolder run = RunFolder.open(folder);
      run.metrics();
      RunConfig config = run.config();
      config.applyTo(Models.named(config.model()).settings());
    }
  };

  private final Set<Class<? extends RuntimeException>> answers;

  Reader(Set<Class<? extends RuntimeException>> answers) {
    this.answers = answers;
  }

  /** Reads a file, or two. */
  abstract void readAll(byte[] input, Path folder) throws IOException;

  /**
   * Reads a file, or two, in a folder for that.
   *
   * @param input the file's bytes; of two files, those of the first follow two bytes that tell
   *     their number
   * @return whether all could be read; else the reader said why not, in one line
   * @throws RuntimeException or whatever else the reader must not throw
   */
  boolean read(byte[] input, Path folder) throws IOException {
    try {
      readAll(input, folder);
      return true;
    } catch (RuntimeException e) {
      if (!answers.contains(e.getClass()) || e.getMessage().lines().count() != 1) {
        throw e;
      }
      return false;
    }
  }

  /** Joins two files to an input. */
  static byte[] both(byte[] first, byte[] second) {
    return ByteBuffer.allocate(2 + first.length + second.length)
        .putShort((short) first.length)
        .put(first)
        .put(second)
        .array();
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
        : Math.min(input.length, 2 + Short.toUnsignedInt(ByteBuffer.wrap(input).getShort()));
  }

  private static Path write(Path folder, String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }
}
