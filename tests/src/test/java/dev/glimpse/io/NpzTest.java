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
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpzTest {
  /** {@code savez_compressed} of NumPy 2.4, with w (2, 3) <f4, step () <i8 and half (2,) <f2. */
  private static final String FROM_NUMPY =
      "UEsDBC0AAAAIAAAAIQBKJaHt//////////8FABQAdy5ucHkBABAAmAAAAAAAAABaAAAAAAAAAJvs"
          + "F+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6"
          + "CsaaOgq1CmQDLgaGBnsGBoYDDAwJDgxgsABIH3AAAFBLAwQtAAAACAAAACEAyLg85P//////////"
          + "CAAUAHN0ZXAubnB5AQAQAIgAAAAAAAAARgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mh"
          + "rqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqaOgq1ChQBrp//IQAAUEsDBC0AAAAIAAAA"
          + "IQAhPrfl//////////8IABQAaGFsZi5ucHkBABAAhAAAAAAAAABIAAAAAAAAAJvsF+obEMnIUMZQ"
          + "rZ6SWpxcpG6loG6TZqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC4G"
          + "CwYHAFBLAQItAy0AAAAIAAAAIQBKJaHtWgAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAAB3Lm5weVBL"
          + "AQItAy0AAAAIAAAAIQDIuDzkRgAAAIgAAAAIAAAAAAAAAAAAAACAAZEAAABzdGVwLm5weVBLAQIt"
          + "Ay0AAAAIAAAAIQAhPrflSAAAAIQAAAAIAAAAAAAAAAAAAACAAREBAABoYWxmLm5weVBLBQYAAAAA"
          + "AwADAJ8AAACTAQAAAAA=";

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("arrays.npz");
  }

  @Test
  void aRoundTripIsExact() {
    // More than one chunk of the reader, and every kind of bit pattern.
    float[] weights = new float[50_003];
    var random = new SplittableRandom(1);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Float.intBitsToFloat(random.nextInt() & 0xff7fffff);
    }
    var bytes = ByteBuffer.allocateDirect(5).put(new byte[] {9, 8, 7, 6, 5}).flip().position(1);
    Npz.write(
        file,
        List.of(
            NamedTensor.float32("layer/weights", weights, 1, 50_003),
            new NamedTensor("bytes ü", TensorType.U8, List.of(2L, 2L), bytes),
            NamedTensor.float32("scalar", new float[] {2.5f}),
            NamedTensor.float32("nothing", new float[0], 3, 0)));
    try (var read = Npz.open(file)) {
      assertEquals(
          List.of("layer/weights", "bytes ü", "scalar", "nothing"),
          List.copyOf(read.tensors().keySet()));
      assertBits(weights, read.readFloats("layer/weights"));
      assertBits(new float[] {8, 7, 6, 5}, read.readFloats("bytes ü"));
      assertBits(new float[] {2.5f}, read.readFloats("scalar"));
      assertBits(new float[0], read.readFloats("nothing"));
      assertEquals(List.of(1L, 50_003L), read.tensor("layer/weights").shape());
      assertEquals(List.of(), read.tensor("scalar").shape());
      assertEquals(List.of(3L, 0L), read.tensor("nothing").shape());
    }
    assertEquals(1, bytes.position(), "writing leaves the buffer as it was");
  }

  @Test
  void readsWhatNumPyWrites() throws IOException {
    put(Base64.getDecoder().decode(FROM_NUMPY));
    try (var read = Npz.open(file)) {
      assertBits(new float[] {1, -2, 3.5f, 0, 5, 6}, read.readFloats("w"));
      assertBits(new float[] {-7}, read.readFloats("step"));
      assertBits(new float[] {0.5f, 2}, read.readFloats("half"));
      assertEquals(List.of(2L, 3L), read.tensor("w").shape());
      assertEquals(TensorType.F16, read.tensor("half").type());
    }
  }

  @Test
  void writesWhatNumPyReads() throws IOException {
    Npz.write(file, List.of(NamedTensor.float32("w", new float[] {1.5f}, 1)));
    byte[] all = Files.readAllBytes(file);
    int start = 30 + "w.npy".length();
    String header = "\u0093NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    byte[] expected =
        (header + " ".repeat(127 - header.length()) + "\n\0\0\u00c0\u003f")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertArrayEquals(expected, Arrays.copyOfRange(all, start, start + expected.length));
    Npz.write(file, List.of(NamedTensor.float32("w", new float[] {1.5f}, 1)));
    assertArrayEquals(all, Files.readAllBytes(file), "the same tensors, the same file");
  }

  @ParameterizedTest
  @CsvSource({"<f8, 8", "<f4, 4", "<f2, 2", "<i8, 8", "<i4, 4", "|u1, 1", "|b1, 1"})
  void typesThatAreRead(String type, int size) throws IOException {
    put(
        zip(
            "w",
            npy(
                "{'descr': '%s', 'fortran_order': False, 'shape': (2,)}".formatted(type),
                new byte[2 * size])));
    try (var read = Npz.open(file)) {
      assertBits(new float[] {0, 0}, read.readFloats("w"));
    }
  }

  @Test
  void dictionariesOfOtherWriters() throws IOException {
    for (String dictionary :
        List.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
            "{'shape':(1,1,),'fortran_order':False,'descr':'<f4'}  \n",
            "{ \"descr\" : \"<f4\" , \"shape\" : ( 1 , 1 ) , \"fortran_order\" : False , } \n")) {
      put(zip("w", npy(dictionary, new byte[4])));
      try (var read = Npz.open(file)) {
        assertBits(new float[1], read.readFloats("w"));
      }
    }
  }

  @Test
  void readsIntoARoomOfTheCallers() {
    Npz.write(file, List.of(NamedTensor.float32("w", new float[] {1, 2}, 2)));
    try (var read = Npz.open(file)) {
      var slab = FloatBuffer.allocate(5).position(2);
      read.readFloats("w", slab);
      assertArrayEquals(new float[] {0, 0, 1, 2, 0}, slab.array());
      var error = assertThrows(CheckpointException.class, () -> read.readFloats("w", slab));
      assertTrue(error.getMessage().contains("tensor 'w' of shape [2] has 2 elements"));
    }
  }

  @Test
  void aMissingArrayNamesThoseThatAreThere() {
    Npz.write(file, List.of(NamedTensor.float32("w", new float[1], 1)));
    try (var read = Npz.open(file)) {
      var error = assertThrows(CheckpointException.class, () -> read.readFloats("bias"));
      assertEquals(
          file + ": it holds no array 'bias', only [w]; it was probably saved by something else",
          error.getMessage());
    }
  }

  @Test
  void writingRefusesWhatCannotBeRead() {
    var w = NamedTensor.float32("w", new float[2], 2);
    assertThrows(IllegalArgumentException.class, () -> Npz.write(file, List.of(w, w)));
    var brain = new NamedTensor("b", TensorType.BF16, List.of(), ByteBuffer.allocate(2));
    var error =
        assertThrows(IllegalArgumentException.class, () -> Npz.write(file, List.of(w, brain)));
    assertEquals("b: NumPy has no type for BF16", error.getMessage());
    assertTrue(Files.notExists(file));
  }

  @Test
  void anArchiveMayBeEmpty() {
    Npz.write(file, List.of());
    try (var read = Npz.open(file)) {
      assertEquals(Map.of(), read.tensors());
    }
  }

  @Test
  void missingFile() {
    var error = assertThrows(CheckpointException.class, () -> Npz.open(file));
    assertEquals(file + ": there is no such file; check the path", error.getMessage());
    assertThrows(CheckpointException.class, () -> Npz.open(folder));
  }

  @Test
  void filesThatAreNoArchive() throws IOException {
    assertMalformed(new byte[0], "it is no intact zip archive");
    assertMalformed("PK\3\4 and so on".getBytes(StandardCharsets.UTF_8), "no intact zip archive");
    assertMalformed(npy("{}", new byte[0]), "no intact zip archive");
  }

  @Test
  void entriesThatAreNoArrays() throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("read\nme.txt"));
      zip.write(65);
    }
    assertMalformed(out.toByteArray(), "'read?me.txt' in it is no .npy file");
    assertMalformed(zip("w", new byte[0]), "array 'w' cannot be used: it is no array in the npy");
    assertMalformed(zip("w", new byte[100]), "it is no array in the npy format");
    byte[] newer = npy(dictionary("<f4", "(1,)"), new byte[4]);
    newer[6] = 2;
    assertMalformed(zip("w", newer), "it is in version 2.0 of the npy format; only 1.0 is read");
    byte[] cut = Arrays.copyOf(newer, 40);
    cut[6] = 1;
    assertMalformed(zip("w", cut), "its header is truncated");
  }

  @Test
  void dictionariesThatAreNone() throws IOException {
    for (String dictionary :
        List.of(
            "",
            "[]",
            "{}",
            "{'descr': '<f4', 'shape': (1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
            "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
            "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}",
            "{'descr': (1,), 'fortran_order': False, 'shape': (1,)}",
            "{'descr': '<f4', 'fortran_order': 'False', 'shape': (1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': 'one'}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': False}",
            "{".repeat(60_000),
            "{" + "'descr':'<f4',".repeat(4_000) + "}",
            "{" + "(".repeat(60_000) + "}")) {
      assertMalformed(zip("w", npy(dictionary, new byte[4])), "array 'w' cannot be used: its ");
    }
  }

  @Test
  void arraysThatAreNotRead() throws IOException {
    assertMalformed("<c8", "(1,)", "it is of type <c8; only <f2, <f4, <f8, <i4, <i8, |b1, |u1");
    assertMalformed(">f4", "(1,)", "it is of type >f4; only");
    assertMalformed("<f4\n\n", "(1,)", "it is of type <f4??; only");
    String fortran = dictionary("<f4", "(1,)").replace("False", "True");
    assertMalformed(zip("w", npy(fortran, new byte[4])), "it is in Fortran order");
  }

  @Test
  void shapesThatDoNotFit() throws IOException {
    assertMalformed("<f4", "(2,)", "of type F32 and shape [2] takes 8 bytes, but there are 4");
    assertMalformed("<f4", "(0,)", "takes 0 bytes, but there are 4");
    assertMalformed("<f4", "(,1)", "its shape (,1) is none");
    assertMalformed("<f4", "(1 1)", "its shape (1 1) is none");
    assertMalformed("<f4", "(99999999999999999999,)", "its shape (99999999999999999999,) is none");
    assertMalformed("<f4", "(4294967296, 4294967296)", "overflows 64 bits");
    assertMalformed("|u1", "(9223372036854775807,)", "takes 9223372036854775807 bytes, but");
  }

  @Test
  void aSizeThatIsOnlyClaimedTakesNoMemory() throws IOException {
    // The directory of the archive says 1.5 GB as the shape does, and nothing is behind it.
    byte[] archive = zip("w", npy(dictionary("<f4", "(400000000,)"), new byte[4]));
    var bytes = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
    int directory = bytes.getInt(archive.length - 6);
    int header = bytes.getInt(directory + 24) - 4;
    bytes.putInt(directory + 24, header + 1_600_000_000);
    assertMalformed(archive, "claims 16000000");
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    byte[] whole = sample();
    for (int length = 0; length < whole.length; length++) {
      assertMalformed(Arrays.copyOf(whole, length), "");
    }
  }

  @Test
  void everyFlippedBitIsHarmlessOrFound() throws IOException {
    for (byte[] whole : List.of(sample(), Base64.getDecoder().decode(FROM_NUMPY))) {
      Map<String, List<Float>> original = content(whole, null);
      for (int bit = 0; bit < whole.length * 8; bit++) {
        byte[] damaged = whole.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        try {
          assertEquals(original, content(damaged, original), "bit " + bit);
        } catch (CheckpointException e) {
          assertOneLine(e);
        }
      }
    }
  }

  @Test
  void whateverElseIsDamagedRaisesNoOtherException() throws IOException {
    byte[] whole = sample();
    var random = new SplittableRandom(7);
    for (int turn = 0; turn < 2000; turn++) {
      byte[] damaged = whole.clone();
      int changes = 1 + random.nextInt(8);
      for (int i = 0; i < changes; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        content(damaged, null);
      } catch (CheckpointException e) {
        assertOneLine(e);
      }
    }
  }

  private byte[] sample() throws IOException {
    Npz.write(
        file,
        List.of(
            NamedTensor.float32("encoder.weight", new float[] {1, -2, 3.5f, 0, 5, 6}, 2, 3),
            new NamedTensor("step", TensorType.I64, List.of(), ByteBuffer.allocate(8)),
            NamedTensor.float32("bias", new float[] {7, 8}, 2)));
    return Files.readAllBytes(file);
  }

  /** The arrays of a file that {@code names} has, or all. */
  private Map<String, List<Float>> content(byte[] bytes, Map<String, List<Float>> names)
      throws IOException {
    put(bytes);
    var content = new LinkedHashMap<String, List<Float>>();
    try (var read = Npz.open(file)) {
      for (String name : (names == null ? read.tensors() : names).keySet()) {
        FloatBuffer floats = read.readFloats(name);
        assertEquals(read.tensor(name).elements(), floats.remaining());
        var values = new Float[floats.remaining()];
        Arrays.setAll(values, floats::get);
        content.put(name, List.of(values));
      }
    }
    return content;
  }

  private static String dictionary(String type, String shape) {
    return "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape);
  }

  private static byte[] npy(String dictionary, byte[] data) {
    var npy =
        ByteBuffer.allocate(10 + dictionary.length() + data.length).order(ByteOrder.LITTLE_ENDIAN);
    npy.put("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    npy.putShort((short) dictionary.length());
    npy.put(dictionary.getBytes(StandardCharsets.ISO_8859_1)).put(data);
    return npy.array();
  }

  /** A compressed archive of one array. */
  private static byte[] zip(String name, byte[] npy) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(name + ".npy"));
      zip.write(npy);
    }
    return out.toByteArray();
  }

  private void put(byte[] content) throws IOException {
    // ext4 flushes a file that is truncated and rewritten to the disk, but not a new one.
    Files.deleteIfExists(file);
    Files.write(file, content);
  }

  private void assertMalformed(String type, String shape, String part) throws IOException {
    assertMalformed(zip("w", npy(dictionary(type, shape), new byte[4])), part);
  }

  private void assertMalformed(byte[] content, String part) throws IOException {
    put(content);
    var error = assertThrows(CheckpointException.class, () -> Npz.open(file).close());
    assertOneLine(error);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  private void assertOneLine(CheckpointException error) {
    assertTrue(error.getMessage().startsWith(file + ": "), error.getMessage());
    assertEquals(1, error.getMessage().lines().count(), error.getMessage());
  }

  private static void assertBits(float[] expected, FloatBuffer found) {
    assertEquals(expected.length, found.remaining());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(found.get(i)));
    }
  }
}
