package dev.glimpse.bench;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.Recording;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Site;
import dev.glimpse.ops.View;
import dev.glimpse.train.Adam;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One step of Adam over a slab of parameters, without the gradients' computation. */
public record AdamUpdate(int count) implements Workload {
  public static final float LEARNING_RATE = 1e-3f;

  @Override
  public String name() {
    return "adam %d".formatted(count);
  }

  /** Parameter, gradient and two moments are read; all but the gradient are written. */
  @Override
  public long bytes() {
    return 28L * count;
  }

  @Override
  public Contender ours(Device device) {
    return new Run(device, count);
  }

  private static final class Run implements Contender, Site {
    private final Device device;
    private final Map<String, float[]> start;
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Launch> launches = new ArrayList<>();
    private final Buffer parameters;
    private final Buffer state;
    private final Recording recording;

    Run(Device device, int count) {
      this.device = device;
      this.start = Map.of("p", Data.normal("p", count), "g", Data.normal("g", count));
      this.parameters = allocate(start.get("p"));
      this.state = allocate(new float[3]);
      var moments = List.of(allocate(new float[count]), allocate(new float[count]));
      Buffer gradients = allocate(start.get("g"));
      Buffer settings = allocate(LEARNING_RATE, 0);
      Buffer squaredNorm = allocate(0);
      new Adam(LEARNING_RATE)
          .lower(
              this,
              new Optimizer.Update(
                  parameters, gradients, moments, settings, squaredNorm, count, null, null));
      this.recording = device.record(launches);
    }

    private Buffer allocate(float... values) {
      ByteBuffer host = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
      host.asFloatBuffer().put(values);
      Buffer buffer = device.allocate(4L * values.length);
      buffers.add(buffer);
      device.write(buffer, host);
      return buffer;
    }

    @Override
    public void run() {
      recording.run();
      device.finish();
    }

    @Override
    public Map<String, float[]> start() {
      return start;
    }

    @Override
    public List<float[]> check() {
      run();
      float[] results = new float[start.get("p").length];
      ByteBuffer host =
          ByteBuffer.allocateDirect(4 * results.length).order(ByteOrder.nativeOrder());
      device.read(parameters, host);
      host.asFloatBuffer().get(results);
      return List.of(results);
    }

    @Override
    public void close() {
      recording.close();
      buffers.forEach(Buffer::close);
    }

    // Where Adam puts its launch. It has no operands but the slabs.

    @Override
    public DeviceInfo device() {
      return device.info();
    }

    @Override
    public View input(int index) {
      throw new UnsupportedOperationException();
    }

    @Override
    public View output(int index) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isRead(int output) {
      throw new UnsupportedOperationException("an update has no outputs");
    }

    @Override
    public Shape inputShape(int index) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Buffer workspace(int index) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Buffer state() {
      return state;
    }

    @Override
    public int stream() {
      return 0;
    }

    @Override
    public void launch(
        Kernel kernel,
        List<Object> arguments,
        List<Integer> global,
        List<Integer> local,
        Launch.Cost cost) {
      launches.add(new Launch(kernel, arguments, global, local, cost, scope()));
    }

    @Override
    public String scope() {
      return "adam";
    }

    @Override
    public boolean accepts(LibraryCall call) {
      return false;
    }

    @Override
    public void call(LibraryCall call) {
      throw new UnsupportedOperationException("an update calls no library");
    }
  }
}
