package dev.glimpse.device;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A device with one in-order queue. Everything that it allocates is owned by it, counted in {@link
 * #liveObjects()}, and must be closed before it. Not thread-safe.
 *
 * <p>All methods throw {@link DeviceException}.
 */
public interface Device extends AutoCloseable {
  DeviceInfo info();

  /** The device's name and, where a library computes, in which type it multiplies. */
  default String description() {
    return info().name();
  }

  /** Allocates device memory, its content undefined. */
  Buffer allocate(long bytes);

  /**
   * Prepares a copy from host to device that can be run many times.
   *
   * @param source a direct buffer, copied from index 0 to its capacity or the target's size,
   *     whichever is less; after {@link Transfer#run} it must not change until {@link #finish} or
   *     until a later blocking call returned
   */
  Transfer upload(ByteBuffer source, Buffer target);

  /** Copies a direct buffer's remaining bytes to the start of device memory, and waits. */
  void write(Buffer target, ByteBuffer source);

  /** Copies the start of device memory to a direct buffer's remaining range, and waits. */
  void read(Buffer source, ByteBuffer target);

  /** Sets all bytes to zero. */
  void clear(Buffer target);

  /**
   * Whether a library of the device takes this very call, of a kind that {@link
   * DeviceInfo#libraries()} has. Finding out may compute the call's results.
   */
  default boolean accepts(LibraryCall call) {
    return false;
  }

  /**
   * What memory a library of the device, one with {@link LibraryCall.Kind#LSTM}, wants for an LSTM;
   * nothing where it does not compute that very one.
   */
  default Optional<LibraryCall.LstmSpace> lstmSpace(LibraryCall.Sequence size) {
    return Optional.empty();
  }

  /** Compiles what must be compiled and binds all arguments, so that running only enqueues. */
  Recording record(List<? extends Work> work);

  /** A new fence in the queue. */
  Fence fence();

  /** Waits until everything enqueued has run. */
  void finish();

  /** The number of native objects that are alive on this device, itself not counted. */
  int liveObjects();

  @Override
  void close();
}
