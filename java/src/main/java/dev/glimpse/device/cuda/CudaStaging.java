package dev.glimpse.device.cuda;

import static dev.glimpse.device.cuda.CudaDriver.check;
import static dev.glimpse.device.cuda.CudaDriver.release;
import static org.bytedeco.cuda.global.cudart.*;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.Pointer;

/**
 * Page-locked host memory through which copies to the device go: from ordinary memory the driver
 * may wait for the stream before it copies. A ring of slots, each of which grows to what passes
 * through.
 */
final class CudaStaging {
  private static final int SLOTS = 4;

  private final Slot[] slots = new Slot[SLOTS];
  private int next;

  private static final class Slot {
    private final CUevent_st copied = new CUevent_st();
    private Pointer memory = new Pointer();
    private long bytes;

    Slot() {
      check(cuEventCreate(copied, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
    }

    void reserve(long wanted) {
      if (wanted > bytes) {
        free();
        check(cuMemHostAlloc(memory, wanted, 0), "cuMemHostAlloc");
        bytes = wanted;
      }
    }

    void free() {
      if (bytes > 0) {
        release(cuMemFreeHost(memory), "cuMemFreeHost");
        memory = new Pointer();
        bytes = 0;
      }
    }
  }

  /** Enqueues a copy. The source may change as soon as this returns. */
  void upload(Pointer source, long bytes, long target, CUstream_st stream) {
    Slot slot = slots[next];
    if (slot == null) {
      slot = new Slot();
      slots[next] = slot;
    } else {
      check(cuEventSynchronize(slot.copied), "cuEventSynchronize");
    }
    next = (next + 1) % SLOTS;
    slot.reserve(bytes);
    Pointer.memcpy(slot.memory, source, bytes);
    check(cuMemcpyHtoDAsync(target, slot.memory, bytes, stream), "cuMemcpyHtoDAsync");
    check(cuEventRecord(slot.copied, stream), "cuEventRecord");
  }

  /** Frees all; no copy may be under way. */
  void close() {
    for (int i = 0; i < SLOTS; i++) {
      if (slots[i] != null) {
        slots[i].free();
        release(cuEventDestroy(slots[i].copied), "cuEventDestroy");
        slots[i] = null;
      }
    }
  }
}
