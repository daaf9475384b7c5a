package dev.glimpse.graph;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Copies floats between the Java heap and a device through one direct buffer that is kept: direct
 * buffers made for every copy would pile up until the garbage collector happens to run.
 */
final class Staging {
  private final Device device;
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);

  Staging(Device device) {
    this.device = device;
  }

  /** Waits, and reads the first floats of a buffer. */
  FloatBuffer read(Buffer source, int floats) {
    ByteBuffer host = ofFloats(floats);
    device.read(source, host);
    return FloatBuffer.allocate(floats).put(host.asFloatBuffer()).flip();
  }

  /** Writes to the start of a buffer, and waits. */
  void write(Buffer target, FloatBuffer values) {
    ByteBuffer host = ofFloats(values.remaining());
    host.asFloatBuffer().put(values.duplicate());
    device.write(target, host);
  }

  private ByteBuffer ofFloats(int floats) {
    int bytes = Math.multiplyExact(floats, Float.BYTES);
    if (memory.capacity() < bytes) {
      memory = ByteBuffer.allocateDirect(bytes);
    }
    return memory.duplicate().order(ByteOrder.nativeOrder()).clear().limit(bytes);
  }
}
