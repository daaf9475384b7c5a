package dev.glimpse.device;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/**
 * A device that compiles and runs nothing: for tests of what a plan would launch. It asks for as
 * much alignment as any does.
 */
public final class DryDevice implements Device {
  private final DeviceInfo info;
  private int liveObjects;

  public DryDevice(DeviceInfo.Kind kind) {
    this.info =
        new DeviceInfo(
            "dry:0.0", "dry", "none", "1", kind, 2, 1L << 34, 1L << 32, 1 << 15, 256, 4096, 8,
            false, Set.of());
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Buffer allocate(long bytes) {
    return new DryBuffer(bytes);
  }

  @Override
  public Transfer upload(ByteBuffer source, Buffer target) {
    return () -> {};
  }

  @Override
  public void write(Buffer target, ByteBuffer source) {}

  @Override
  public void read(Buffer source, ByteBuffer target) {}

  @Override
  public void clear(Buffer target) {}

  @Override
  public Recording record(List<? extends Work> work) {
    return new DryRecording(List.copyOf(work));
  }

  @Override
  public Fence fence() {
    return new DryFence();
  }

  @Override
  public void finish() {}

  @Override
  public int liveObjects() {
    return liveObjects;
  }

  @Override
  public void close() {}

  private final class DryBuffer implements Buffer {
    private final long bytes;

    DryBuffer(long bytes) {
      this.bytes = bytes;
      liveObjects++;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public Buffer slice(long offset, long size) {
      if (offset % info.alignment() != 0 || offset + size > bytes) {
        throw new IllegalArgumentException(size + " bytes at " + offset + " of " + bytes);
      }
      return new DryBuffer(size);
    }

    @Override
    public void close() {
      liveObjects--;
    }
  }

  private record DryRecording(List<Work> launches) implements Recording {
    @Override
    public void run() {}

    @Override
    public List<Timing> profile() {
      return launches.stream().map(launch -> new Timing(0, 0, 0)).toList();
    }

    @Override
    public void close() {}
  }

  private static final class DryFence implements Fence {
    @Override
    public void signal() {}

    @Override
    public void await() {}

    @Override
    public void close() {}
  }
}
