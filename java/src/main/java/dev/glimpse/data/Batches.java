package dev.glimpse.data;

/**
 * The endless stream of batches that a training or an evaluation runs on, prepared ahead by a
 * daemon thread.
 *
 * <p>In training the order of epoch {@code e} is a function of the seed and {@code e} alone, so
 * {@link #seek} resumes a run exactly; the images that fill no whole batch sit an epoch out. In
 * evaluation the order is that of the set, and the last batch of an epoch is padded with copies of
 * the last image, beyond its {@link Batch#count}.
 *
 * <p>The batches are a fixed ring: in steady state neither {@link #next} nor the thread allocates,
 * but for the small fields that a distortion draws. (Hence the plain monitor: waiting on a
 * java.util.concurrent condition allocates a node each time.) To be used by one thread at a time.
 */
public class Batches implements AutoCloseable {
  /** A batch and the one before it stay valid, so that their uploads need not be waited for. */
  private static final int HELD = 2;

  private static final int AHEAD = 2;

  private final ImageSet images;
  private final int batchSize;
  private final long seed;
  private final boolean shuffle;
  private final Distortion distortion;
  private final long distortionSeed;
  private final int batchesPerEpoch;
  private final Batch[] ring = new Batch[HELD + AHEAD];
  private final Thread thread = new Thread(this::run, "glimpse-batches");

  // Of the thread alone.
  private final int[] order;
  private long orderEpoch = -1;
  private final SplitMix64 random = new SplitMix64();
  private final SplitMix64 changes = new SplitMix64();

  // Guarded by ring.
  private long filled;
  private long taken;
  private long nextEpoch;
  private int nextIndex;
  private long seeks;
  private boolean closed;
  private Throwable failure;

  /**
   * Batches for an evaluation.
   *
   * @throws DataException if there are no images
   */
  public Batches(ImageSet images, int batchSize) {
    this(images, batchSize, 0, false, Distortion.NONE, 0);
  }

  /**
   * Batches for training.
   *
   * @throws DataException if the images are fewer than one batch
   */
  public Batches(ImageSet images, int batchSize, long seed) {
    this(images, batchSize, seed, Distortion.NONE, seed);
  }

  /** Batches for training, each image changed anew in each epoch. */
  public Batches(ImageSet images, int batchSize, long seed, Distortion distortion) {
    this(images, batchSize, seed, distortion, seed);
  }

  /**
   * Batches for training of which the order and the changes are told apart: those of one {@code
   * seed} have the same images, those of another {@code distortionSeed} change them otherwise.
   */
  public Batches(
      ImageSet images, int batchSize, long seed, Distortion distortion, long distortionSeed) {
    this(images, batchSize, seed, true, distortion, distortionSeed);
  }

  private Batches(
      ImageSet images,
      int batchSize,
      long seed,
      boolean shuffle,
      Distortion distortion,
      long distortionSeed) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch size " + batchSize);
    }
    if (images.size() < (shuffle ? batchSize : 1)) {
      throw new DataException(
          "%s: %d images are less than one batch of %d; choose a smaller batch"
              .formatted(images.name(), images.size(), batchSize));
    }
    this.images = images;
    this.batchSize = batchSize;
    this.seed = seed;
    this.shuffle = shuffle;
    this.distortion = distortion;
    this.distortionSeed = distortionSeed;
    this.batchesPerEpoch =
        shuffle ? images.size() / batchSize : (images.size() - 1) / batchSize + 1;
    this.order = new int[shuffle ? images.size() : 0];
    for (int i = 0; i < ring.length; i++) {
      ring[i] = new Batch(batchSize, images.pixelsPerImage(), images.classes());
    }
    thread.setDaemon(true);
  }

  public int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  /**
   * Makes batch {@code index} of {@code epoch} the next one. {@code index} may be {@link
   * #batchesPerEpoch}, the place after an epoch's last batch. Batches handed out stay valid as long
   * as they would have otherwise.
   */
  public void seek(long epoch, int index) {
    if (epoch < 0 || index < 0 || index > batchesPerEpoch) {
      throw new IllegalArgumentException(
          "no batch %d in epoch %d: an epoch has %d".formatted(index, epoch, batchesPerEpoch));
    }
    synchronized (ring) {
      nextEpoch = index == batchesPerEpoch ? epoch + 1 : epoch;
      nextIndex = index % batchesPerEpoch;
      filled = taken;
      seeks++;
      ring.notifyAll();
    }
  }

  /**
   * The next batch, waiting for it if need be.
   *
   * @throws DataException if the batch could not be prepared, with the cause
   * @throws IllegalStateException if this is closed
   */
  public Batch next() {
    synchronized (ring) {
      // Started here and not before, so that a seek after construction wastes no work.
      if (thread.getState() == Thread.State.NEW && !closed) {
        thread.start();
      }
      while (filled == taken && failure == null && !closed) {
        await();
      }
      if (closed) {
        throw new IllegalStateException("the batches of " + images.name() + " are closed");
      }
      if (filled == taken) {
        throw new DataException("no batch of " + images.name() + ": " + failure, failure);
      }
      Batch batch = slot(taken++);
      ring.notifyAll();
      return batch;
    }
  }

  /** Ends the thread. */
  @Override
  public void close() {
    synchronized (ring) {
      closed = true;
      ring.notifyAll();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      // The thread ends all the same; the interrupt is kept for the next wait.
      Thread.currentThread().interrupt();
    }
  }

  Thread thread() {
    return thread;
  }

  private Batch slot(long number) {
    return ring[(int) (number % ring.length)];
  }

  private void await() {
    try {
      ring.wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("interrupted while waiting for a batch of " + images.name(), e);
    }
  }

  private void run() {
    try {
      while (prepareOne()) {
        // Each turn fills one batch.
      }
    } catch (Throwable e) {
      synchronized (ring) {
        failure = e;
        ring.notifyAll();
      }
    }
  }

  private boolean prepareOne() {
    Batch batch;
    long seeksBefore;
    synchronized (ring) {
      while (!closed && filled - taken == AHEAD) {
        await();
      }
      if (closed) {
        return false;
      }
      batch = slot(filled);
      batch.epoch = nextEpoch;
      batch.index = nextIndex;
      seeksBefore = seeks;
    }
    fill(batch);
    synchronized (ring) {
      // After a seek what was just filled is not wanted; its slot is the next to be filled again.
      if (seeks == seeksBefore) {
        filled++;
        nextIndex = batch.index + 1 == batchesPerEpoch ? 0 : batch.index + 1;
        nextEpoch = nextIndex == 0 ? batch.epoch + 1 : batch.epoch;
        ring.notifyAll();
      }
    }
    return true;
  }

  /** Fills {@code batch}, whose epoch and index are set; tests override it to fail. */
  void fill(Batch batch) {
    batch.rewind();
    if (shuffle && batch.epoch != orderEpoch) {
      shuffle(batch.epoch);
    }
    int first = batch.index * batchSize;
    batch.count = Math.min(batchSize, images.size() - first);
    for (int i = 0; i < batchSize; i++) {
      int place = first + Math.min(i, batch.count - 1);
      int image = shuffle ? order[place] : place;
      if (distortion.isNone()) {
        images.copyPixels(image, batch.imageValues);
      } else {
        long key = SplitMix64.key(distortionSeed, batch.epoch);
        distortion.copyPixels(images, image, changes.reset(key, image), batch.imageValues);
      }
      if (batch.labelValues != null) {
        int label = images.label(image);
        for (int c = 0; c < images.classes(); c++) {
          batch.labelValues.put(c == label ? 1f : 0f);
        }
      }
    }
  }

  /** Fisher and Yates, from the identity each time, so that no epoch depends on another. */
  private void shuffle(long epoch) {
    random.reset(seed, epoch);
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    orderEpoch = epoch;
  }
}
