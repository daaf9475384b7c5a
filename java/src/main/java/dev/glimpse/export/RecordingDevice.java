package dev.glimpse.export;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Fence;
import dev.glimpse.device.Recording;
import dev.glimpse.device.Transfer;
import dev.glimpse.device.Work;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A device without memory that runs nothing: plans for it are made to be written down. Its buffers
 * know of which allocation they are a part.
 */
final class RecordingDevice implements Device {
  private final DeviceInfo info;
  private int liveObjects;

  RecordingDevice(DeviceInfo info) {
    this.info = info;
  }

  /** A range of an allocation. */
  final class Region implements Buffer {
    private final Region allocation;
    private final long offset;
    private final long bytes;

    private Region(Region allocation, long offset, long bytes) {
      this.allocation = allocation == null ? this : allocation;
      this.offset = offset;
      this.bytes = bytes;
      liveObjects++;
    }

    /** What it is a part of: itself, where it was allocated. */
    Region allocation() {
      return allocation;
    }

    /** Where it begins in its allocation, in bytes. */
    long offset() {
      return offset;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public Buffer slice(long from, long size) {
      if (from < 0 || size <= 0 || from + size > bytes || from % info.alignment() != 0) {
        throw new IllegalArgumentException(
            "slice of %d bytes at %d in a buffer of %d".formatted(size, from, bytes));
      }
      return new Region(allocation, offset + from, size);
    }

    @Override
    public void close() {
      liveObjects--;
    }
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Buffer allocate(long bytes) {
    return new Region(null, 0, bytes);
  }

  @Override
  public Transfer upload(ByteBuffer source, Buffer target) {
    return () -> {};
  }

  @Override
  public void write(Buffer target, ByteBuffer source) {}

  @Override
  public void read(Buffer source, ByteBuffer target) {
    throw new UnsupportedOperationException("nothing was computed");
  }

  @Override
  public void clear(Buffer target) {}

  @Override
  public Recording record(List<? extends Work> launches) {
    return new Noted(List.copyOf(launches));
  }

  private record Noted(List<Work> launches) implements Recording {
    @Override
    public void run() {}

    @Override
    public List<Timing> profile() {
      throw new UnsupportedOperationException("nothing was run");
    }

    @Override
    public void close() {}
  }

  @Override
  public Fence fence() {
    throw new UnsupportedOperationException("nothing is run");
  }

  @Override
  public void finish() {}

  @Override
  public int liveObjects() {
    return liveObjects;
  }

  @Override
  public void close() {}
}
