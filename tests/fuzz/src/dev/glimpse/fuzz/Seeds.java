package dev.glimpse.fuzz;

import dev.glimpse.data.IdxFiles;
import dev.glimpse.io.NamedTensor;
import dev.glimpse.io.Npz;
import dev.glimpse.io.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Small valid files, from which a fuzzer starts. */
final class Seeds {
  private static final String STATE =
      """
      {"epoch": 1, "step": 20, "batch": 3, "bestValue": -97.5, "bestStep": 10, "bestEpoch": 1,
       "seconds": 2.5}
      """;
  private static final String CONFIG =
      """
      {"model": "vae", "data": "digits", "device": "cpu",
       "shape": {"height": 28, "width": 28, "channels": 1, "classes": 2}, "classes": ["a", "b"],
       "settings": {"hidden": "64,64", "train.lr": "0.001"}}
      """;
  private static final String METRICS =
      """
      {"epoch": 1, "step": 20, "split": "validation", "elbo": -97.5, "seconds": 2.5}
      """;

  private Seeds() {}

  static List<byte[]> of(Reader reader) throws IOException {
    return switch (reader) {
      case SAFETENSORS -> List.of(safetensors(), withoutChecksum());
      case NPZ -> List.of(npz());
      case NPY -> List.of(npy("<f4", "(2, 3)", 24), npy("|u1", "()", 1));
      case IDX -> {
        byte[] images = IdxFiles.images(3, 4, 5);
        byte[] labels = IdxFiles.labels(3, 10);
        yield List.of(
            Reader.both(images, labels), Reader.both(IdxFiles.gzip(images), IdxFiles.gzip(labels)));
      }
      case CHECKPOINT -> List.of(Reader.both(utf8(STATE), withoutChecksum()));
      case RUN -> List.of(Reader.both(utf8(CONFIG), utf8(METRICS)));
    };
  }

  private static List<NamedTensor> tensors() {
    return List.of(
        NamedTensor.float32("weight", new float[] {1, -2, 3.5f, 0, 5, 6}, 2, 3),
        NamedTensor.float32("bias", new float[] {7, 8}, 2));
  }

  private static byte[] safetensors() throws IOException {
    Path file = Files.createTempFile("glimpse-", ".safetensors");
    Safetensors.write(file, tensors(), Map.of("format", "glimpse"));
    return taken(file);
  }

  /** What another program writes; the bytes may change without being found out at once. */
  private static byte[] withoutChecksum() {
    String header =
        "{\"weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"half\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[24,28]}}";
    var file = ByteBuffer.allocate(8 + header.length() + 28);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length()).put(utf8(header));
    return file.array();
  }

  private static byte[] npy(String type, String shape, int bytes) {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n".formatted(type, shape);
    var file = ByteBuffer.allocate(10 + header.length() + bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.put("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    file.putShort((short) header.length()).put(utf8(header));
    return file.array();
  }

  private static byte[] npz() throws IOException {
    Path file = Files.createTempFile("glimpse-", ".npz");
    Npz.write(file, tensors());
    return taken(file);
  }

  private static byte[] taken(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
