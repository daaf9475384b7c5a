package dev.glimpse.graph;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.ops.Parameter;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/** One float per parameter value of a set in device memory: values, gradients or moments. */
public final class Slab implements AutoCloseable {
  private final ParameterSet set;
  private final Buffer buffer;
  private final Staging staging;
  private final Map<Parameter, Buffer> slices = new HashMap<>();

  /** Allocates a slab of zeros. */
  Slab(Device device, ParameterSet set) {
    this.staging = new Staging(device);
    this.set = set;
    this.buffer = device.allocate(4L * set.size());
    device.clear(buffer);
  }

  public ParameterSet set() {
    return set;
  }

  /** The whole slab. */
  public Buffer buffer() {
    return buffer;
  }

  /** The memory of one parameter, owned by this slab. */
  Buffer of(Parameter parameter) {
    return slices.computeIfAbsent(
        parameter, p -> buffer.slice(4 * set.offset(p), p.shape().bytes()));
  }

  /** Copies one parameter's floats to the host. */
  public FloatBuffer read(Parameter parameter) {
    return staging.read(of(parameter), parameter.shape().size());
  }

  /** Sets one parameter's floats. */
  public void write(Parameter parameter, FloatBuffer values) {
    if (values.remaining() != parameter.shape().size()) {
      throw new IllegalArgumentException(
          parameter + " cannot take " + values.remaining() + " values");
    }
    staging.write(of(parameter), values);
  }

  @Override
  public void close() {
    slices.values().forEach(Buffer::close);
    buffer.close();
  }
}
