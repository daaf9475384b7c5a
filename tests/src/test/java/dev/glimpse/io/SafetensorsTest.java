package dev.glimpse.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void aRoundTripIsExact() {
    // More than one chunk of the reader, and every kind of bit pattern.
    float[] weights = new float[100_003];
    var random = new SplittableRandom(1);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Float.intBitsToFloat(random.nextInt() & 0xff7fffff);
    }
    var bytes = ByteBuffer.allocateDirect(5).put(new byte[] {9, 8, 7, 6, 5}).flip().position(1);
    Safetensors.write(
        file,
        List.of(
            new NamedTensor("bytes \"ü\"\n", TensorType.U8, List.of(2L, 2L), bytes),
            NamedTensor.float32("weights", weights, 100_003),
            NamedTensor.float32("scalar", new float[] {2.5f}),
            NamedTensor.float32("nothing", new float[0], 3, 0)),
        Map.of("epoch", "17"));
    try (var read = Safetensors.open(file)) {
      assertEquals(Map.of("epoch", "17"), read.metadata());
      assertEquals(
          List.of("weights", "scalar", "nothing", "bytes \"ü\"\n"),
          List.copyOf(read.tensors().keySet()));
      assertBits(weights, read.readFloats("weights"));
      assertBits(new float[] {2.5f}, read.readFloats("scalar"));
      assertBits(new float[0], read.readFloats("nothing"));
      assertEquals(List.of(3L, 0L), read.tensor("nothing").shape());
      assertEquals(List.of(), read.tensor("scalar").shape());
      assertEquals(ByteBuffer.wrap(new byte[] {8, 7, 6, 5}), read.readBytes("bytes \"ü\"\n"));
      assertBits(new float[] {8, 7, 6, 5}, read.readFloats("bytes \"ü\"\n"));
    }
    assertEquals(1, bytes.position(), "writing leaves the buffer as it was");
  }

  @Test
  void readsIntoARoomOfTheCallers() {
    Safetensors.write(file, List.of(NamedTensor.float32("w", new float[] {1, 2}, 2)), Map.of());
    try (var read = Safetensors.open(file)) {
      var slab = FloatBuffer.allocate(5).position(2);
      read.readFloats("w", slab);
      assertArrayEquals(new float[] {0, 0, 1, 2, 0}, slab.array());
      var error = assertThrows(CheckpointException.class, () -> read.readFloats("w", slab));
      assertTrue(
          error.getMessage().contains("tensor 'w' of shape [2] has 2 elements"),
          error.getMessage());
    }
  }

  @Test
  void theDataSectionIsAligned() throws IOException {
    for (int length = 1; length < 12; length++) {
      Safetensors.write(
          file, List.of(NamedTensor.float32("n".repeat(length), new float[1], 1)), Map.of());
      byte[] all = Files.readAllBytes(file);
      assertEquals(0, ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8);
      assertEquals(0, (all.length - 4) % 8);
    }
  }

  @Test
  void readsWhatOthersWrite() throws IOException {
    // As the reference implementation lays it out: no checksum, and any order.
    var data = ByteBuffer.allocate(14).order(ByteOrder.LITTLE_ENDIAN);
    data.putLong(-4).putFloat(0.5f).putShort((short) 0x3c00);
    write(
        "{\"half\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[12,14]},"
            + "\"count\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"w\":{\"shape\":[1,1],\"data_offsets\":[8,12],\"dtype\":\"F32\"}}   ",
        data.array());
    try (var read = Safetensors.open(file)) {
      assertBits(new float[] {1}, read.readFloats("half"));
      assertBits(new float[] {-4}, read.readFloats("count"));
      assertBits(new float[] {0.5f}, read.readFloats("w"));
      assertEquals(-4, read.readBytes("count").getLong());
      assertEquals(Map.of(), read.metadata());
    }
  }

  @Test
  void aHeaderMayBeEmpty() throws IOException {
    write("{}", new byte[0]);
    try (var read = Safetensors.open(file)) {
      assertEquals(Map.of(), read.tensors());
    }
  }

  @Test
  void aMissingTensorNamesThoseThatAreThere() {
    Safetensors.write(file, List.of(NamedTensor.float32("w", new float[1], 1)), Map.of());
    try (var read = Safetensors.open(file)) {
      var error = assertThrows(CheckpointException.class, () -> read.readFloats("bias"));
      assertEquals(
          file
              + ": it holds no tensor 'bias', only [w];"
              + " it was probably saved by another model",
          error.getMessage());
    }
  }

  @Test
  void writingRefusesWhatCannotBeRead() {
    var w = NamedTensor.float32("w", new float[2], 2);
    assertThrows(
        IllegalArgumentException.class, () -> Safetensors.write(file, List.of(w, w), Map.of()));
    assertThrows(IllegalArgumentException.class, () -> NamedTensor.float32("w", new float[2], 3));
    assertThrows(
        IllegalArgumentException.class, () -> NamedTensor.float32("w", new float[2], -1, -2));
    var reserved = NamedTensor.float32("__metadata__", new float[1], 1);
    assertThrows(
        IllegalArgumentException.class, () -> Safetensors.write(file, List.of(reserved), Map.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> Safetensors.write(file, List.of(w), Map.of("glimpse.crc32c", "0")));
  }

  @Test
  void missingFile() {
    var error = assertThrows(CheckpointException.class, () -> Safetensors.open(file));
    assertEquals(file + ": there is no such file; check the path", error.getMessage());
    assertThrows(CheckpointException.class, () -> Safetensors.open(folder));
  }

  @Test
  void headerLengths() throws IOException {
    assertMalformed(new byte[0], "truncated: 8 more bytes expected at byte 0");
    assertMalformed(new byte[] {1, 0, 0}, "truncated");
    assertMalformed(lengthOnly(0), "not a safetensors file: a header of 0 bytes");
    assertMalformed(lengthOnly(-1), "a header of 18446744073709551615 bytes");
    assertMalformed(lengthOnly(Long.MAX_VALUE), "not a safetensors file");
    assertMalformed(lengthOnly(30_000_000), "truncated: a header of 30000000 bytes in a file of 8");
    assertMalformed("PK\3\4 some zip file".getBytes(StandardCharsets.UTF_8), "not a safetensors");
  }

  @Test
  void headersThatAreNoJson() throws IOException {
    for (String json :
        List.of(
            "[]",
            "{\"w\":{\"dtype,3],\":\":\"}}",
            "{",
            "{}x",
            "{} {}",
            "null",
            "{'w':1}",
            "{\"w\":1}",
            "  ",
            "{\"w\":{}}")) {
      assertMalformed(json, new byte[0], "");
    }
    assertMalformed("[".repeat(100_000), new byte[0], "not valid JSON");
    assertMalformed("{\"w\":{\"x\":" + "[".repeat(100_000), new byte[0], "not valid JSON");
    byte[] header = "{\"\377\":1}".getBytes(StandardCharsets.ISO_8859_1);
    assertMalformed(concat(lengthOnly(header.length), header), "not UTF-8");
  }

  @Test
  void tensorsThatDoNotFit() throws IOException {
    assertMalformed(tensor("F32", "[2]", "[0,4]"), "takes 8 bytes, but its offsets 0 to 4 say 4");
    assertMalformed(tensor("F32", "[2]", "[8,0]"), "offsets 8 to 0 say -8");
    assertMalformed(tensor("F32", "[-2]", "[0,8]"), "negative size -2");
    assertMalformed(tensor("F32", "[2]", "[-8,0]"), "negative size -8");
    assertMalformed(tensor("F32", "[2]", "[0]"), "data_offsets of two numbers");
    assertMalformed(tensor("F32", "[2.5]", "[0,8]"), "not valid JSON of this format");
    assertMalformed(tensor("F32", "[\"2\"]", "[0,8]"), "has a STRING for a number");
    assertMalformed(tensor("F32", "[99999999999999999999]", "[0,8]"), "not valid JSON");
    assertMalformed(tensor("C64", "[1]", "[0,8]"), "is of type C64; only [F64, F32");
    assertMalformed(tensor("F32", "[4294967296,4294967296]", "[0,0]"), "overflows 64 bits");
    // An exabyte is claimed: refused by the file's size, not by the memory's.
    assertMalformed(
        tensor("U8", "[1152921504606846976]", "[0,1152921504606846976]"), "truncated: tensor 'w'");
    assertMalformed(tensor("F32", "[1]", "[4,8]"), "begins at data byte 4, but the one before");
    assertMalformed(tensor("F32", "[1]", "[0,4]"), "end at data byte 4, but the file goes on to 8");
    assertMalformed(
        tensor("F32", "[3]", "[0,12]"), "ends at data byte 12, but the file has only 8");
  }

  @Test
  void tensorsThatOverlapOrRepeat() throws IOException {
    String w = "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
    String overlapping = "\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}";
    assertMalformed("{" + w + "," + w + "}", new byte[4], "'w' is declared twice");
    assertMalformed("{" + w + "," + overlapping + "}", new byte[6], "tensor 'v' begins at");
    assertMalformed(
        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", new byte[0], "metadata 'a' is given twice");
    assertMalformed("{\"__metadata__\":{\"a\":[]}}", new byte[0], "not valid JSON of this format");
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    byte[] whole = sample();
    for (int length = 0; length < whole.length; length++) {
      assertMalformed(Arrays.copyOf(whole, length), "");
    }
    assertMalformed(Arrays.copyOf(whole, whole.length + 1), "the file goes on to");
  }

  @Test
  void everyFlippedBitIsHarmlessOrFound() throws IOException {
    byte[] whole = sample();
    Map<String, Object> original = content(whole);
    int harmless = 0;
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertEquals(original, content(damaged), "bit " + bit);
        harmless++;
      } catch (CheckpointException e) {
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
      }
    }
    // Only within the checksum's own name; a file without one is as valid as those of others.
    assertTrue(harmless <= "glimpse.crc32c__metadata__".length() * 8, harmless + " were harmless");
  }

  @Test
  void whateverElseIsDamagedRaisesNoOtherException() throws IOException {
    byte[] whole = sample();
    var random = new SplittableRandom(7);
    for (int turn = 0; turn < 3000; turn++) {
      byte[] damaged = whole.clone();
      int changes = 1 + random.nextInt(8);
      for (int i = 0; i < changes; i++) {
        damaged[random.nextInt(i % 2 == 0 ? damaged.length : 16)] = (byte) random.nextInt();
      }
      try {
        content(damaged);
      } catch (CheckpointException e) {
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
      }
    }
  }

  private byte[] sample() throws IOException {
    Safetensors.write(
        file,
        List.of(
            NamedTensor.float32("encoder.weight", new float[] {1, -2, 3.5f, 0, 5, 6}, 2, 3),
            new NamedTensor("step", TensorType.I64, List.of(), ByteBuffer.allocate(8)),
            NamedTensor.float32("bias", new float[] {7, 8}, 2)),
        Map.of("model", "vae"));
    return Files.readAllBytes(file);
  }

  /** All tensors of a file: what it says about them, and their bytes. */
  private Map<String, Object> content(byte[] bytes) throws IOException {
    put(bytes);
    var content = new LinkedHashMap<String, Object>();
    try (var read = Safetensors.open(file)) {
      for (TensorInfo tensor : read.tensors().values()) {
        content.put(tensor.name(), List.of(tensor, read.readBytes(tensor.name())));
        assertEquals(tensor.elements(), read.readFloats(tensor.name()).remaining());
      }
    }
    return content;
  }

  private static String tensor(String type, String shape, String offsets) {
    return "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(type, shape, offsets);
  }

  private static byte[] lengthOnly(long length) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }

  private static byte[] concat(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private void write(String json, byte[] data) throws IOException {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    put(concat(lengthOnly(header.length), header, data));
  }

  private void put(byte[] content) throws IOException {
    // ext4 flushes a file that is truncated and rewritten to the disk, but not a new one.
    Files.deleteIfExists(file);
    Files.write(file, content);
  }

  private void assertMalformed(String json, String part) throws IOException {
    assertMalformed(json, new byte[8], part);
  }

  private void assertMalformed(String json, byte[] data, String part) throws IOException {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    assertMalformed(concat(lengthOnly(header.length), header, data), part);
  }

  private void assertMalformed(byte[] content, String part) throws IOException {
    put(content);
    var error = assertThrows(CheckpointException.class, () -> Safetensors.open(file).close());
    assertEquals(1, error.getMessage().lines().count(), error::getMessage);
    assertTrue(error.getMessage().startsWith(file + ": "), error.getMessage());
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  private static void assertBits(float[] expected, FloatBuffer found) {
    assertEquals(expected.length, found.remaining());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(found.get(i)));
    }
  }
}
