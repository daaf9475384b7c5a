package dev.glimpse.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.DeviceOptions.Kernels;
import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.LibraryCall.BatchNorm;
import dev.glimpse.device.LibraryCall.BatchNormGradient;
import dev.glimpse.device.LibraryCall.Convolve;
import dev.glimpse.device.LibraryCall.Epilogue;
import dev.glimpse.device.LibraryCall.Gemm;
import dev.glimpse.device.LibraryCall.Geometry;
import dev.glimpse.device.LibraryCall.Images;
import dev.glimpse.device.LibraryCall.Kind;
import dev.glimpse.device.LibraryCall.Lstm;
import dev.glimpse.device.LibraryCall.LstmGradient;
import dev.glimpse.device.LibraryCall.LstmSpace;
import dev.glimpse.device.LibraryCall.Matrix;
import dev.glimpse.device.LibraryCall.Pass;
import dev.glimpse.device.LibraryCall.Running;
import dev.glimpse.device.LibraryCall.Sequence;
import dev.glimpse.device.LibraryCall.Type;
import dev.glimpse.device.LibraryDevice;
import dev.glimpse.device.ProgramCache;
import dev.glimpse.device.Recording;
import dev.glimpse.ops.OpCase;
import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCheck;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Window;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How cuBLAS and cuDNN are called, over stand-ins for them that compute: descriptors, strides,
 * pointers and orders of arguments must be such that the result is what the contract of {@link
 * LibraryCall} says, which {@link LibraryDevice} knows.
 */
class CudaCallsTest {
  private static final Cost FREE = new Cost(0, 0);

  @TempDir static Path folder;

  private static CudaBackend backend;
  private final List<Buffer> buffers = new ArrayList<>();
  private Device device;

  @BeforeAll
  static void findDevice() throws IOException, InterruptedException {
    backend =
        new CudaBackend(
            StandIn.libraries(),
            new ProgramCache(folder.resolve("programs")),
            new ProgramCache(folder.resolve("algorithms")));
  }

  private static Device open(Kernels kernels, Precision precision, boolean deterministic) {
    return backend.open(
        backend.devices().get(0),
        new DeviceOptions(kernels, Optional.of(precision), deterministic));
  }

  @BeforeEach
  void open() {
    device = open(Kernels.LIBRARY, Precision.BF16, true);
  }

  @AfterEach
  void nothingStays() {
    forget();
    device.close();
    assertEquals(0, device.liveObjects());
    assertEquals(0, StandIn.live());
  }

  private Buffer buffer(int floats) {
    Buffer buffer = device.allocate(4L * floats);
    buffers.add(buffer);
    return buffer;
  }

  /** The same call by the library and by its contract, from the same memory. */
  private void check(LibraryCall call) {
    assertTrue(device.accepts(call));
    boolean narrow = call instanceof Convolve c && c.type() == Type.BFLOAT16;
    check(List.of(call), narrow);
  }

  private void check(List<LibraryCall> calls, boolean narrow) {
    var contract = new LibraryDevice(device, EnumSet.allOf(Kind.class), true);
    fill(narrow);
    List<float[]> expected = contents(contract.record(calls), 1, narrow);
    fill(narrow);
    // One by one first, then as a graph: a second run finds the first one's results.
    List<float[]> actual = contents(device.record(calls), 1, narrow);
    assertClose(expected, actual);
    fill(narrow);
    expected = contents(contract.record(calls), 3, narrow);
    fill(narrow);
    int graphs = StandIn.graphLaunches();
    actual = contents(device.record(calls), 3, narrow);
    assertEquals(2, StandIn.graphLaunches() - graphs);
    assertClose(expected, actual);
  }

  private static void assertClose(List<float[]> expected, List<float[]> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), 1e-4f, "buffer " + i);
    }
  }

  private List<float[]> contents(Recording recording, int runs, boolean narrow) {
    try (recording) {
      for (int run = 0; run < runs; run++) {
        recording.run();
      }
    }
    var contents = new ArrayList<float[]>();
    for (Buffer buffer : buffers) {
      ByteBuffer host = host(buffer);
      device.read(buffer, host);
      float[] values = new float[(int) buffer.bytes() / (narrow ? 2 : 4)];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            narrow ? Float.intBitsToFloat(host.getShort(2 * i) << 16) : host.getFloat(4 * i);
      }
      contents.add(values);
    }
    return contents;
  }

  private static ByteBuffer host(Buffer buffer) {
    return ByteBuffer.allocateDirect((int) buffer.bytes()).order(ByteOrder.nativeOrder());
  }

  private void fill(boolean narrow) {
    var random = new SplittableRandom(1);
    for (Buffer buffer : buffers) {
      ByteBuffer host = host(buffer);
      for (int i = 0; i < buffer.bytes() / (narrow ? 2 : 4); i++) {
        float value = (float) random.nextGaussian();
        if (narrow) {
          host.putShort(2 * i, (short) (Float.floatToRawIntBits(value) >> 16));
        } else {
          host.putFloat(4 * i, value);
        }
      }
      device.write(buffer, host);
    }
  }

  /** Matrices in larger ones, at odd places. */
  private Matrix matrix(int rows, int columns) {
    return new Matrix(buffer(3 + rows * (columns + 2)), 3, columns + 2);
  }

  private Matrix bias(int columns) {
    return new Matrix(buffer(4 + columns), 4, columns);
  }

  private Gemm gemm(boolean transposeA, boolean transposeB, int k, Matrix c, Epilogue epilogue) {
    int m = 5;
    int n = 4;
    return new Gemm(
        transposeA,
        transposeB,
        m,
        n,
        k,
        transposeA ? matrix(k, m) : matrix(m, k),
        transposeB ? matrix(n, k) : matrix(k, n),
        c,
        epilogue,
        FREE,
        "a layer");
  }

  @Test
  void productsOfMatricesInAnyOrder() {
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        check(gemm(transposeA, transposeB, 3, matrix(5, 4), Epilogue.NONE));
        var all = new Epilogue(0.5f, -2, Optional.of(matrix(5, 4)), Optional.of(bias(4)), true);
        check(gemm(transposeA, transposeB, 3, matrix(5, 4), all));
      }
    }
  }

  @Test
  void productsWithAPartOfAnEpilogue() {
    Optional<Matrix> none = Optional.empty();
    Optional<Matrix> bias = Optional.of(bias(4));
    for (Epilogue epilogue :
        List.of(
            new Epilogue(1, 0, none, none, true),
            new Epilogue(1, 0, none, bias, false),
            new Epilogue(3, 0, none, none, false),
            new Epilogue(1, 0.25f, Optional.of(matrix(5, 4)), none, false))) {
      check(gemm(false, true, 3, matrix(5, 4), epilogue));
    }
    Matrix c = matrix(5, 4);
    check(gemm(false, false, 3, c, new Epilogue(1, 1, Optional.of(c), bias, false)));
  }

  /** A matrix of one row may have any stride. */
  @Test
  void oneRow() {
    Matrix a = new Matrix(buffer(8), 0, 1);
    Matrix c = new Matrix(buffer(8), 2, 1);
    var relu = new Epilogue(1, 0, Optional.empty(), Optional.empty(), true);
    for (Epilogue epilogue : List.of(Epilogue.NONE, relu)) {
      check(new Gemm(false, false, 1, 4, 6, a, matrix(6, 4), c, epilogue, FREE, "a layer"));
    }
  }

  @Test
  void aProductThatCublasLtLacksIsDeclined() {
    Matrix c = matrix(5, 4);
    var relu = new Epilogue(1, 0, Optional.empty(), Optional.empty(), true);
    LibraryCall refused = gemm(false, false, 13, c, relu);
    assertFalse(device.accepts(refused));
    // A bias in the middle of a vector of 16 bytes.
    var odd = new Epilogue(1, 0, Optional.empty(), Optional.of(matrix(1, 4)), false);
    assertFalse(device.accepts(gemm(false, false, 3, c, odd)));
    assertTrue(device.accepts(gemm(false, false, 13, c, Epilogue.NONE)));
    var refusal = assertThrows(DeviceException.class, () -> device.record(List.of(refused)));
    assertEquals("CUBLAS_STATUS_NOT_SUPPORTED", refusal.code());
    assertTrue(refusal.getMessage().startsWith("a layer: "), refusal.getMessage());
  }

  private void forget() {
    buffers.forEach(Buffer::close);
    buffers.clear();
  }

  /** 2 images of 5 x 4, windows of 3 x 2 with all else uneven. */
  private static Geometry geometry(int channels, int fields) {
    return new Geometry(2, 5, 4, channels, 3, 4, fields, 3, 2, 2, 1, 1, 1, 1, 2);
  }

  private Convolve convolve(Pass pass, Geometry g, Type type, Epilogue epilogue) {
    return new Convolve(
        pass,
        g,
        type,
        buffer(g.imageSize()),
        buffer(g.filterSize()),
        buffer(g.fieldSize()),
        epilogue,
        FREE,
        "a layer");
  }

  @Test
  void convolutionsInAllDirections() {
    for (Pass pass : Pass.values()) {
      check(convolve(pass, geometry(3, 2), Type.FLOAT, Epilogue.NONE));
      forget();
      check(convolve(pass, geometry(3, 2), Type.BFLOAT16, Epilogue.NONE));
      forget();
    }
  }

  @Test
  void convolutionsWithBiasAndRelu() {
    for (boolean relu : new boolean[] {false, true}) {
      var epilogue = new Epilogue(0.5f, 0, Optional.empty(), Optional.of(bias(2)), relu);
      check(convolve(Pass.FIELD, geometry(3, 2), Type.FLOAT, epilogue));
    }
  }

  @Test
  void aConvolutionThatCudnnLacksIsDeclined() {
    assertFalse(
        device.accepts(convolve(Pass.FIELD, geometry(13, 2), Type.BFLOAT16, Epilogue.NONE)));
    assertTrue(device.accepts(convolve(Pass.FIELD, geometry(13, 2), Type.FLOAT, Epilogue.NONE)));
    var bias = new Epilogue(1, 0, Optional.empty(), Optional.of(bias(13)), true);
    assertFalse(device.accepts(convolve(Pass.FIELD, geometry(3, 13), Type.FLOAT, bias)));
    var odd = new Epilogue(1, 0, Optional.empty(), Optional.of(matrix(1, 2)), true);
    assertFalse(device.accepts(convolve(Pass.FIELD, geometry(3, 2), Type.FLOAT, odd)));
  }

  /** Of 29 channels, in all three directions. */
  @Test
  void whatCudnnLacksAltogetherIsComputedByOurKernels() {
    Argument images = Argument.of("images", 2, 5, 4, 29);
    Argument weights = Argument.of("weights", 3, 3, 29, 2);
    var lacking =
        new OpCase(
            "29 channels",
            List.of(images, weights),
            t -> Ops.conv2d(t.get(0), t.get(1), Window.square(3, 1, 1)));
    var insisted =
        assertThrows(DeviceException.class, () -> OpCheck.check(device, List.of(lacking)));
    assertEquals("CUDNN_STATUS_NOT_SUPPORTED", insisted.code());
    try (Device other = open(Kernels.AUTO, Precision.TF32, false)) {
      OpCheck.check(other, List.of(lacking));
    }
  }

  /** Where a watch decided, two runs could differ. */
  @Test
  void theAlgorithmIsTheSameInEveryRunWhereThatIsAskedFor() throws IOException {
    List<Path> before = files();
    assertTrue(device.accepts(convolve(Pass.FIELD, geometry(3, 5), Type.FLOAT, Epilogue.NONE)));
    List<Path> kept = new ArrayList<>(files());
    kept.removeAll(before);
    assertEquals(1, kept.size());
    assertEquals(1, Files.readAllBytes(kept.get(0))[0]);
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(Files.createDirectories(folder.resolve("algorithms")))) {
      return files.toList();
    }
  }

  @Test
  void anOlderDeviceComputesInFp32() {
    int before = StandIn.become(75);
    try {
      DeviceInfo info = backend.devices().get(0);
      var free = new DeviceOptions(Kernels.AUTO, Optional.empty(), false);
      try (Device turing = backend.open(info, free)) {
        assertEquals("Stand-in, libraries in fp32", turing.description());
        assertTrue(turing.info().libraries().contains(Kind.SOME_CONVOLUTIONS));
      }
      var refusal =
          assertThrows(
              DeviceException.class, () -> open(Kernels.LIBRARY, Precision.TF32, false).close());
      assertEquals(
          "cuda:0 (Stand-in) multiplies in fp32 only: leave out --precision", refusal.getMessage());
    } finally {
      StandIn.become(before);
    }
  }

  @Test
  void aDeviceWithoutACompilerIsLeftOut() throws IOException, InterruptedException {
    int before = StandIn.become(61);
    try {
      var cache = new ProgramCache(folder);
      var pascal = new CudaBackend(StandIn.libraries(), cache, cache);
      assertEquals(List.of(), pascal.devices());
      assertEquals(
          "NVRTC does not know the architecture sm_61 of cuda:0 (Stand-in): use its OpenCL device.",
          pascal.unavailableBecause());
    } finally {
      StandIn.become(before);
    }
  }

  /** Whatever is wrong with a call but that the library lacks it. */
  @Test
  void aWrongCallIsAnErrorWhereTheLibraryIsInsistedOn() {
    var g = new Geometry(2, 5, 4, 3, 4, 4, 2, 3, 2, 2, 1, 1, 1, 1, 2);
    Convolve wrong = convolve(Pass.FIELD, g, Type.FLOAT, Epilogue.NONE);
    var refusal = assertThrows(DeviceException.class, () -> device.accepts(wrong));
    assertEquals("CUDNN_STATUS_BAD_PARAM", refusal.code());
    assertEquals(
        "a layer: cudnnFindConvolutionForwardAlgorithmEx failed: CUDNN_STATUS_BAD_PARAM,"
            + " since the stand-in says so",
        refusal.getMessage());
    try (Device other = open(Kernels.AUTO, Precision.FP32, true)) {
      assertFalse(other.accepts(wrong));
    }
  }

  /** Of the fastest that the stand-in has, only a time in the default type is known. */
  @Test
  void convolutionsInFp32() {
    device.close();
    device = open(Kernels.LIBRARY, Precision.FP32, true);
    for (Pass pass : Pass.values()) {
      check(convolve(pass, geometry(3, 2), Type.FLOAT, Epilogue.NONE));
      forget();
    }
  }

  private BatchNorm norm(Optional<Running> running) {
    return new BatchNorm(
        new Images(2, 3, 2, 5),
        0.5f,
        buffer(60),
        buffer(5),
        buffer(5),
        buffer(60),
        buffer(5),
        buffer(5),
        running,
        FREE,
        "a layer");
  }

  @Test
  void batchNormBothWays() {
    check(norm(Optional.empty()));
    check(norm(Optional.of(new Running(buffer(5), buffer(5), 0.25f))));
    check(
        new BatchNormGradient(
            new Images(2, 3, 2, 5),
            0.5f,
            buffer(60),
            buffer(60),
            buffer(5),
            buffer(5),
            buffer(5),
            buffer(60),
            buffer(5),
            buffer(5),
            FREE,
            "a layer"));
  }

  private static final Sequence SEQUENCE = new Sequence(4, 3, 2, 5);

  private Lstm lstm(LstmSpace space, Optional<Buffer> reserve) {
    return new Lstm(
        SEQUENCE,
        space,
        buffer(4 * 3 * 2),
        buffer(space.parameters()),
        buffer(4 * 3 * 5),
        reserve,
        FREE,
        "a layer");
  }

  private LstmGradient gradientOf(Lstm forward) {
    return new LstmGradient(
        SEQUENCE,
        forward.space(),
        forward.x(),
        forward.parameters(),
        forward.y(),
        buffer(4 * 3 * 5),
        forward.reserve().orElseThrow(),
        buffer(4 * 3 * 2),
        buffer(forward.space().parameters()),
        FREE,
        "a layer");
  }

  /**
   * What lies between two calls is the library's own affair, so it is in no buffer that is
   * compared.
   */
  @Test
  void sequencesBothWays() {
    LstmSpace space = device.lstmSpace(SEQUENCE).orElseThrow();
    assertEquals(4 * 3 * 5 * 9 + 1, space.reserve());
    check(List.of(lstm(space, Optional.empty())), false);
    forget();
    try (Buffer reserve = device.allocate(4L * space.reserve())) {
      Lstm forward = lstm(space, Optional.of(reserve));
      check(List.of(forward, gradientOf(forward)), false);
    }
  }

  @Test
  void aSequenceThatCudnnLacksIsDeclined() {
    for (Sequence lacking :
        List.of(
            new Sequence(4, 3, 2, 13), // cuDNN says so.
            new Sequence(4, 13, 2, 5), // It wants too much workspace.
            new Sequence(4, 3, 13, 5))) { // Its gates lie apart.
      var insisted = assertThrows(DeviceException.class, () -> device.lstmSpace(lacking));
      assertTrue(insisted.getMessage().endsWith("use --kernels auto"), insisted.getMessage());
      try (Device other = open(Kernels.AUTO, Precision.TF32, false)) {
        assertEquals(Optional.empty(), other.lstmSpace(lacking));
      }
    }
  }

  @Test
  void whatIsOfferedDependsOnWhatIsAskedFor() {
    assertEquals(
        EnumSet.of(Kind.GEMM, Kind.CONVOLUTION, Kind.LSTM),
        offered(Kernels.AUTO, Precision.TF32, false));
    assertEquals(
        EnumSet.of(Kind.GEMM, Kind.CONVOLUTION), offered(Kernels.AUTO, Precision.TF32, true));
    assertEquals(
        EnumSet.of(Kind.GEMM, Kind.CONVOLUTION, Kind.BFLOAT16_CONVOLUTION, Kind.LSTM),
        offered(Kernels.AUTO, Precision.BF16, false));
    assertEquals(
        EnumSet.of(Kind.GEMM, Kind.SOME_CONVOLUTIONS, Kind.LSTM),
        offered(Kernels.AUTO, Precision.FP32, false));
    assertEquals(
        EnumSet.of(Kind.GEMM, Kind.CONVOLUTION, Kind.BATCH_NORM, Kind.LSTM),
        offered(Kernels.LIBRARY, Precision.FP32, false));
  }

  private static Set<Kind> offered(Kernels kernels, Precision precision, boolean deterministic) {
    try (Device other = open(kernels, precision, deterministic)) {
      return other.info().libraries();
    }
  }
}
