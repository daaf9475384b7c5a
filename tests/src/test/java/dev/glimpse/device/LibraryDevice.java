package dev.glimpse.device;

import dev.glimpse.device.LibraryCall.Convolve;
import dev.glimpse.device.LibraryCall.Gemm;
import dev.glimpse.device.LibraryCall.Geometry;
import dev.glimpse.device.LibraryCall.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * A device whose library is plain Java: it does what cuBLAS and cuDNN are asked to, by the contract
 * of {@link LibraryCall}. So what ops ask of a library is tested where there is none.
 */
public final class LibraryDevice implements Device {
  private final Device device;

  /** Over a device that runs the launches. */
  public LibraryDevice(Device device) {
    this.device = device;
  }

  @Override
  public DeviceInfo info() {
    return device.info().with(EnumSet.allOf(LibraryCall.Kind.class));
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

  @Override
  public Recording record(List<? extends Work> work) {
    var steps = new ArrayList<Recording>();
    var runs = new ArrayList<Runnable>();
    for (Work entry : work) {
      if (entry instanceof Launch launch) {
        Recording step = device.record(List.of(launch));
        steps.add(step);
        runs.add(step::run);
      } else if (entry instanceof Gemm gemm) {
        runs.add(() -> multiply(gemm));
      } else {
        runs.add(() -> convolve((Convolve) entry));
      }
    }
    return new Steps(List.copyOf(work), steps, runs);
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

  private void multiply(Gemm gemm) {
    float[] a = floats(gemm.a().buffer());
    float[] b = floats(gemm.b().buffer());
    float[] c = floats(gemm.c().buffer());
    for (int i = 0; i < gemm.m(); i++) {
      for (int j = 0; j < gemm.n(); j++) {
        double sum = 0;
        for (int p = 0; p < gemm.k(); p++) {
          sum +=
              (double) a[at(gemm.a(), gemm.transposeA(), i, p)]
                  * b[at(gemm.b(), gemm.transposeB(), p, j)];
        }
        c[at(gemm.c(), false, i, j)] = (float) sum;
      }
    }
    store(c, gemm.c().buffer());
  }

  /** Every product of an image's element with a filter's that a field's element has. */
  private void convolve(Convolve call) {
    Geometry g = call.geometry();
    float[] image = floats(call.image());
    float[] filter = floats(call.filter());
    float[] field = floats(call.field());
    Buffer result =
        switch (call.pass()) {
          case FIELD -> call.field();
          case IMAGE -> call.image();
          case FILTER -> call.filter();
        };
    double[] sums = new double[(int) result.bytes() / 4];
    for (int e = 0; e < g.n() * g.p() * g.q() * g.k() * g.r() * g.s() * g.c(); e++) {
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
    float[] rounded = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      rounded[i] = (float) sums[i];
    }
    store(rounded, result);
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
