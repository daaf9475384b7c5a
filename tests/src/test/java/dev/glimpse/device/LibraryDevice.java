package dev.glimpse.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import dev.glimpse.device.LibraryCall.Sequence;
import dev.glimpse.device.LibraryCall.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A device whose library is plain Java: it does what cuBLAS and cuDNN are asked to, by the contract
 * of {@link LibraryCall}. So what ops ask of a library is tested where there is none.
 */
public final class LibraryDevice implements Device {
  private final Device device;
  private final Set<Kind> kinds;
  private final boolean accepting;

  /**
   * @param device runs the launches
   * @param kinds of call that the library has
   * @param accepting whether it takes those that it may refuse
   */
  public LibraryDevice(Device device, Set<Kind> kinds, boolean accepting) {
    this.device = device;
    this.kinds = Set.copyOf(kinds);
    this.accepting = accepting;
  }

  @Override
  public DeviceInfo info() {
    return device.info().with(kinds);
  }

  @Override
  public Buffer allocate(long bytes) {
    return device.allocate(bytes);
  }

  @Override
  public Transfer upload(ByteBuffer source, Buffer target) {
    return device.upload(source, target);
  }

  @Override
  public void write(Buffer target, ByteBuffer source) {
    device.write(target, source);
  }

  @Override
  public void read(Buffer source, ByteBuffer target) {
    device.read(source, target);
  }

  @Override
  public void clear(Buffer target) {
    device.clear(target);
  }

  /** Everything that the contract knows, or what has no simpler form. */
  @Override
  public boolean accepts(LibraryCall call) {
    return accepting || call instanceof Convolve convolve && convolve.isPlain();
  }

  /** With gaps between all parts, and room for {@link LstmInJava}. */
  @Override
  public Optional<LstmSpace> lstmSpace(Sequence size) {
    int gates = 4 * size.hidden();
    int hiddenWeights = 4 + gates * size.in() + 4;
    int biases = hiddenWeights + gates * size.hidden() + 4;
    return accepting
        ? Optional.of(
            new LstmSpace(biases + gates + 4, 4, hiddenWeights, biases, LstmInJava.reserve(size)))
        : Optional.empty();
  }

  @Override
  public Recording record(List<? extends Work> work) {
    var steps = new ArrayList<Recording>();
    var runs = new ArrayList<Runnable>();
    for (Work entry : work) {
      if (entry instanceof Launch launch) {
        Recording step = device.record(List.of(launch));
        steps.add(step);
        runs.add(step::run);
      } else {
        runs.add(() -> compute((LibraryCall) entry));
      }
    }
    return new Steps(List.copyOf(work), steps, runs);
  }

  private void compute(LibraryCall call) {
    if (call instanceof Gemm gemm) {
      multiply(gemm);
    } else if (call instanceof Convolve convolve) {
      convolve(convolve);
    } else if (call instanceof BatchNorm norm) {
      normalize(norm);
    } else if (call instanceof BatchNormGradient gradient) {
      normalizeGradient(gradient);
    } else if (call instanceof Lstm lstm) {
      recur(lstm);
    } else {
      recurBack((LstmGradient) call);
    }
  }

  private record Steps(List<Work> launches, List<Recording> steps, List<Runnable> runs)
      implements Recording {
    @Override
    public void run() {
      runs.forEach(Runnable::run);
    }

    @Override
    public List<Timing> profile() {
      throw new UnsupportedOperationException("nothing here is worth a time");
    }

    @Override
    public void close() {
      steps.forEach(Recording::close);
    }
  }

  private float[] floats(Buffer buffer) {
    ByteBuffer host =
        ByteBuffer.allocateDirect((int) buffer.bytes() / 4 * 4).order(ByteOrder.nativeOrder());
    device.read(buffer, host);
    float[] values = new float[host.capacity() / 4];
    host.asFloatBuffer().get(values);
    return values;
  }

  private void store(float[] values, Buffer buffer) {
    ByteBuffer host = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
    host.asFloatBuffer().put(values);
    device.write(buffer, host);
  }

  private static int at(Matrix matrix, boolean transposed, int row, int column) {
    return matrix.offset()
        + (transposed ? column * matrix.stride() + row : row * matrix.stride() + column);
  }

  /** Elements of a matrix in its buffer, which must have them all. */
  private static Set<Integer> places(Matrix matrix, int rows, int columns) {
    var places = new HashSet<Integer>();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        places.add(at(matrix, false, row, column));
      }
    }
    assertEquals(rows * columns, places.size(), "rows overlap");
    assertTrue(Collections.max(places) < matrix.buffer().bytes() / 4, "beyond the buffer");
    return places;
  }

  private static void assertApart(
      Matrix result, Set<Integer> places, Matrix other, int rows, int columns) {
    if (other.buffer() == result.buffer()) {
      assertTrue(Collections.disjoint(places, places(other, rows, columns)), "result and operand");
    }
  }

  private void multiply(Gemm gemm) {
    Epilogue epilogue = gemm.epilogue();
    Matrix c = gemm.c();
    int m = gemm.m();
    int n = gemm.n();
    Set<Integer> places = places(c, m, n);
    assertApart(
        c, places, gemm.a(), gemm.transposeA() ? gemm.k() : m, gemm.transposeA() ? m : gemm.k());
    assertApart(
        c, places, gemm.b(), gemm.transposeB() ? n : gemm.k(), gemm.transposeB() ? gemm.k() : n);
    epilogue.bias().ifPresent(bias -> assertApart(c, places, bias, 1, n));
    epilogue.addend().filter(d -> !d.equals(c)).ifPresent(d -> assertApart(c, places, d, m, n));
    float[] a = floats(gemm.a().buffer());
    float[] b = floats(gemm.b().buffer());
    float[] result = floats(c.buffer());
    Optional<float[]> addend = epilogue.addend().map(d -> floats(d.buffer()));
    Optional<float[]> bias = epilogue.bias().map(d -> floats(d.buffer()));
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int p = 0; p < gemm.k(); p++) {
          sum +=
              (double) a[at(gemm.a(), gemm.transposeA(), i, p)]
                  * b[at(gemm.b(), gemm.transposeB(), p, j)];
        }
        double value = epilogue.alpha() * sum;
        if (addend.isPresent()) {
          value += epilogue.beta() * addend.get()[at(epilogue.addend().get(), false, i, j)];
        }
        if (bias.isPresent()) {
          value += bias.get()[epilogue.bias().get().offset() + j];
        }
        result[at(c, false, i, j)] = (float) (epilogue.relu() ? Math.max(0, value) : value);
      }
    }
    store(result, c.buffer());
  }

  /** Every product of an image's element with a filter's that a field's element has. */
  private void convolve(Convolve call) {
    Geometry g = call.geometry();
    assertDistinct(call.image(), call.filter(), call.field());
    boolean narrow = call.type() == Type.BFLOAT16;
    float[] image = elements(call.image(), g.imageSize(), narrow);
    float[] filter = elements(call.filter(), g.filterSize(), narrow);
    float[] field = elements(call.field(), g.fieldSize(), narrow);
    int size =
        switch (call.pass()) {
          case FIELD -> g.fieldSize();
          case IMAGE -> g.imageSize();
          case FILTER -> g.filterSize();
        };
    double[] sums = new double[size];
    for (int e = 0; e < g.fieldSize() * g.r() * g.s() * g.c(); e++) {
      int rest = e;
      int c = rest % g.c();
      rest /= g.c();
      int s = rest % g.s();
      rest /= g.s();
      int r = rest % g.r();
      rest /= g.r();
      int k = rest % g.k();
      rest /= g.k();
      int q = rest % g.q();
      rest /= g.q();
      int p = rest % g.p();
      int n = rest / g.p();
      int y = p * g.strideDown() - g.paddingDown() + r * g.dilationDown();
      int x = q * g.strideAcross() - g.paddingAcross() + s * g.dilationAcross();
      if (y < 0 || y >= g.h() || x < 0 || x >= g.w()) {
        continue;
      }
      int ofImage = ((n * g.h() + y) * g.w() + x) * g.c() + c;
      int ofFilter = ((k * g.r() + r) * g.s() + s) * g.c() + c;
      int ofField = ((n * g.p() + p) * g.q() + q) * g.k() + k;
      switch (call.pass()) {
        case FIELD -> sums[ofField] += (double) image[ofImage] * filter[ofFilter];
        case IMAGE -> sums[ofImage] += (double) field[ofField] * filter[ofFilter];
        case FILTER -> sums[ofFilter] += (double) image[ofImage] * field[ofField];
      }
    }
    finish(call, sums);
    if (narrow) {
      storeNarrow(sums, call.result());
    } else {
      store(rounded(sums), call.result());
    }
  }

  /** cuDNN has a bias, which it insists on, and a ReLU, for a field of floats. */
  private void finish(Convolve call, double[] sums) {
    Epilogue epilogue = call.epilogue();
    if (epilogue.equals(Epilogue.NONE)) {
      return;
    }
    assertEquals(Pass.FIELD, call.pass());
    assertEquals(Type.FLOAT, call.type());
    assertTrue(epilogue.addend().isEmpty());
    Matrix row = epilogue.bias().orElseThrow();
    float[] bias = floats(row.buffer());
    for (int i = 0; i < sums.length; i++) {
      double value = epilogue.alpha() * sums[i] + bias[row.offset() + i % call.geometry().k()];
      sums[i] = epilogue.relu() ? Math.max(0, value) : value;
    }
  }

  private void normalize(BatchNorm call) {
    assertDistinct(
        call.x(), call.scale(), call.shift(), call.y(), call.mean(), call.inverseDeviation());
    Images size = call.images();
    int channels = size.c();
    int rows = size.rows();
    float[] x = elements(call.x(), rows * channels, false);
    float[] scale = elements(call.scale(), channels, false);
    float[] shift = elements(call.shift(), channels, false);
    double[] y = new double[rows * channels];
    double[] mean = new double[channels];
    double[] variance = new double[channels];
    double[] inverse = new double[channels];
    for (int c = 0; c < channels; c++) {
      for (int row = 0; row < rows; row++) {
        mean[c] += x[row * channels + c] / (double) rows;
      }
      for (int row = 0; row < rows; row++) {
        variance[c] += Math.pow(x[row * channels + c] - mean[c], 2) / rows;
      }
      inverse[c] = 1 / Math.sqrt(variance[c] + call.epsilon());
      for (int row = 0; row < rows; row++) {
        int e = row * channels + c;
        y[e] = (x[e] - mean[c]) * inverse[c] * scale[c] + shift[c];
      }
    }
    store(rounded(y), call.y());
    store(rounded(mean), call.mean());
    store(rounded(inverse), call.inverseDeviation());
    call.running()
        .ifPresent(
            running -> {
              assertDistinct(call.mean(), running.mean(), running.variance());
              move(running.mean(), running.momentum(), mean, 1);
              move(running.variance(), running.momentum(), variance, rows / (rows - 1.0));
            });
  }

  private void move(Buffer running, float momentum, double[] batch, double factor) {
    float[] old = elements(running, batch.length, false);
    double[] moved = new double[batch.length];
    for (int c = 0; c < batch.length; c++) {
      moved[c] = (1 - momentum) * old[c] + momentum * factor * batch[c];
    }
    store(rounded(moved), running);
  }

  private void normalizeGradient(BatchNormGradient call) {
    assertDistinct(
        call.x(),
        call.dy(),
        call.scale(),
        call.mean(),
        call.inverseDeviation(),
        call.dx(),
        call.dScale(),
        call.dShift());
    int channels = call.images().c();
    int rows = call.images().rows();
    float[] x = elements(call.x(), rows * channels, false);
    float[] dy = elements(call.dy(), rows * channels, false);
    float[] scale = elements(call.scale(), channels, false);
    float[] mean = elements(call.mean(), channels, false);
    float[] inverse = elements(call.inverseDeviation(), channels, false);
    double[] dx = new double[rows * channels];
    double[] dScale = new double[channels];
    double[] dShift = new double[channels];
    for (int c = 0; c < channels; c++) {
      for (int row = 0; row < rows; row++) {
        int e = row * channels + c;
        dShift[c] += dy[e];
        dScale[c] += dy[e] * (double) (x[e] - mean[c]) * inverse[c];
      }
      for (int row = 0; row < rows; row++) {
        int e = row * channels + c;
        double normal = (double) (x[e] - mean[c]) * inverse[c];
        dx[e] = scale[c] * inverse[c] * (dy[e] - dShift[c] / rows - normal * dScale[c] / rows);
      }
    }
    store(rounded(dx), call.dx());
    store(rounded(dScale), call.dScale());
    store(rounded(dShift), call.dShift());
  }

  private void recur(Lstm call) {
    assertDistinct(call.x(), call.parameters(), call.y(), call.reserve().orElse(null));
    Sequence size = call.size();
    int rows = size.steps() * size.batch();
    var lstm = new LstmInJava(size, call.space(), floats(call.parameters()));
    float[] y = new float[rows * size.hidden()];
    float[] reserve = lstm.forward(elements(call.x(), rows * size.in(), false), y);
    store(y, call.y());
    call.reserve().ifPresent(kept -> store(reserve, kept));
  }

  /** What the forward call kept is spoilt, as cuDNN does. */
  private void recurBack(LstmGradient call) {
    assertDistinct(
        call.x(),
        call.parameters(),
        call.y(),
        call.dy(),
        call.reserve(),
        call.dx(),
        call.dParameters());
    Sequence size = call.size();
    int rows = size.steps() * size.batch();
    var lstm = new LstmInJava(size, call.space(), floats(call.parameters()));
    float[] dx = new float[rows * size.in()];
    float[] dParameters =
        lstm.backward(
            elements(call.x(), dx.length, false),
            elements(call.y(), rows * size.hidden(), false),
            elements(call.reserve(), call.space().reserve(), false),
            elements(call.dy(), rows * size.hidden(), false),
            dx);
    store(dx, call.dx());
    store(dParameters, call.dParameters());
    float[] spoilt = new float[call.space().reserve()];
    Arrays.fill(spoilt, Float.NaN);
    store(spoilt, call.reserve());
  }

  private static void assertDistinct(Buffer... buffers) {
    List<Buffer> there = Arrays.stream(buffers).filter(Objects::nonNull).toList();
    assertEquals(there.size(), Set.copyOf(there).size(), "tensors share a buffer");
  }

  private float[] elements(Buffer buffer, int count, boolean narrow) {
    if (!narrow) {
      float[] all = floats(buffer);
      assertTrue(all.length >= count, "a buffer is too small");
      return all;
    }
    assertTrue(buffer.bytes() >= 2L * count, "a buffer is too small");
    ByteBuffer host = ByteBuffer.allocateDirect(2 * count).order(ByteOrder.nativeOrder());
    device.read(buffer, host);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = Float.intBitsToFloat(host.getShort(2 * i) << 16);
    }
    return values;
  }

  private void storeNarrow(double[] values, Buffer buffer) {
    ByteBuffer host = ByteBuffer.allocateDirect(2 * values.length).order(ByteOrder.nativeOrder());
    for (double value : values) {
      int bits = Float.floatToRawIntBits((float) value);
      host.putShort((short) (bits + 0x7fff + (bits >> 16 & 1) >> 16));
    }
    device.write(buffer, host.flip());
  }

  private static float[] rounded(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  @Override
  public Fence fence() {
    return device.fence();
  }

  @Override
  public void finish() {
    device.finish();
  }

  @Override
  public int liveObjects() {
    return device.liveObjects();
  }

  /** Leaves the device below open. */
  @Override
  public void close() {}
}
