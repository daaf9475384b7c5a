package dev.glimpse.device.cuda;

import org.bytedeco.cuda.cudart.CUstream_st;

/** An entry of a recording, with everything prepared. */
interface BoundWork extends AutoCloseable {
  /** Enqueues it in the device's stream, which may be capturing. */
  void enqueue(CUstream_st stream);

  @Override
  void close();
}
