package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BatchesTest {
  /** One pixel and one of {@code size} classes per image: both tell which image it is. */
  private static ImageSet numbered(int size) {
    byte[] pixels = new byte[size];
    int[] labels = new int[size];
    for (int i = 0; i < size; i++) {
      pixels[i] = (byte) i;
      labels[i] = i;
    }
    return new ImageSet("numbered", 1, 1, 1, pixels, labels, size);
  }

  private static int[] numbers(Batch batch, int classes) {
    var images = batch.images().asFloatBuffer();
    var labels = batch.labels().asFloatBuffer();
    int[] numbers = new int[images.remaining()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Math.round(images.get(i) * 255f);
      for (int c = 0; c < classes; c++) {
        assertEquals(c == numbers[i] ? 1f : 0f, labels.get(i * classes + c));
      }
    }
    return numbers;
  }

  private static List<int[]> take(Batches batches, int classes, int count) {
    var taken = new ArrayList<int[]>();
    for (int i = 0; i < count; i++) {
      taken.add(numbers(batches.next(), classes));
    }
    return taken;
  }

  @Test
  void anEpochIsAPermutationWithoutItsRest() {
    try (var batches = new Batches(numbered(103), 10, 1)) {
      assertEquals(10, batches.batchesPerEpoch());
      int[] before = null;
      for (int epoch = 0; epoch < 5; epoch++) {
        boolean[] seen = new boolean[103];
        int[] order = new int[100];
        for (int index = 0; index < 10; index++) {
          Batch batch = batches.next();
          assertEquals(epoch, batch.epoch());
          assertEquals(index, batch.index());
          assertEquals(10, batch.count());
          int[] numbers = numbers(batch, 103);
          System.arraycopy(numbers, 0, order, index * 10, 10);
          for (int number : numbers) {
            assertFalse(seen[number], number + " comes twice");
            seen[number] = true;
          }
        }
        assertFalse(Arrays.equals(before, order));
        before = order;
      }
    }
  }

  @Test
  void theOrderDependsOnTheSeed() {
    try (var a = new Batches(numbered(50), 50, 1);
        var b = new Batches(numbered(50), 50, 1);
        var c = new Batches(numbered(50), 50, 2)) {
      int[] first = numbers(a.next(), 50);
      assertArrayEquals(first, numbers(b.next(), 50));
      assertFalse(Arrays.equals(first, numbers(c.next(), 50)));
    }
  }

  @Test
  void seekGoesAnywhere() {
    try (var straight = new Batches(numbered(23), 5, 3);
        var jumping = new Batches(numbered(23), 5, 3)) {
      List<int[]> all = take(straight, 23, 40);
      var random = new SplitMix64().reset(4, 0);
      for (int turn = 0; turn < 200; turn++) {
        int at = random.nextInt(36);
        // The last place of an epoch may also be called the one after its last batch.
        boolean end = at > 0 && at % 4 == 0 && random.nextInt(2) == 0;
        jumping.seek(end ? at / 4 - 1 : at / 4, end ? 4 : at % 4);
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
          Batch batch = jumping.next();
          assertEquals(at + i, batch.epoch() * 4 + batch.index());
          assertArrayEquals(all.get(at + i), numbers(batch, 23));
        }
      }
      assertThrows(IllegalArgumentException.class, () -> jumping.seek(0, 5));
      assertThrows(IllegalArgumentException.class, () -> jumping.seek(-1, 0));
    }
  }

  @Test
  void aBatchStaysValidUntilTheSecondNext() throws InterruptedException {
    try (var batches = new Batches(numbered(200), 2, 3)) {
      Batch previous = batches.next();
      int[] content = numbers(previous, 200);
      for (int i = 0; i < 300; i++) {
        Batch current = batches.next();
        if (i % 50 == 0) {
          batches.seek(i, 7);
          Thread.sleep(2);
        }
        assertArrayEquals(content, numbers(previous, 200));
        previous = current;
        content = numbers(current, 200);
      }
    }
  }

  @Test
  void evaluationKeepsTheOrderAndPadsTheLastBatch() {
    try (var batches = new Batches(numbered(7), 3)) {
      assertEquals(3, batches.batchesPerEpoch());
      for (int epoch = 0; epoch < 2; epoch++) {
        assertArrayEquals(new int[] {0, 1, 2}, numbers(batches.next(), 7));
        assertArrayEquals(new int[] {3, 4, 5}, numbers(batches.next(), 7));
        Batch last = batches.next();
        assertArrayEquals(new int[] {6, 6, 6}, numbers(last, 7));
        assertEquals(1, last.count());
        assertEquals(epoch, last.epoch());
      }
    }
    try (var batches = new Batches(numbered(2), 3)) {
      assertArrayEquals(new int[] {0, 1, 1}, numbers(batches.next(), 2));
      assertEquals(2, batches.next().count());
    }
  }

  @Test
  void imagesMayHaveNoLabels() {
    var images = new ImageSet("plain", 1, 2, 1, new byte[] {0, (byte) 255, 51, 102});
    try (var batches = new Batches(images, 2)) {
      Batch batch = batches.next();
      assertNull(batch.labels());
      assertTrue(batch.images().isDirect());
      assertSame(ByteOrder.nativeOrder(), batch.images().order());
      float[] values = new float[4];
      batch.images().asFloatBuffer().get(values);
      assertArrayEquals(new float[] {0, 1, 0.2f, 0.4f}, values);
    }
  }

  @Test
  void aReaderMayMovePositions() {
    try (var batches = new Batches(numbered(4), 2)) {
      for (int i = 0; i < 12; i++) {
        Batch batch = batches.next();
        assertEquals(8, batch.images().remaining());
        assertEquals(i % 2 * 2 / 255f, batch.images().getFloat());
        batch.labels().limit(3);
      }
    }
  }

  @Test
  void tooFewImagesAreRefused() {
    var error = assertThrows(DataException.class, () -> new Batches(numbered(9), 10, 1));
    assertTrue(error.getMessage().contains("choose a smaller batch"), error.getMessage());
    assertThrows(DataException.class, () -> new Batches(numbered(9).first(0), 10));
    assertThrows(IllegalArgumentException.class, () -> new Batches(numbered(9), 0));
  }

  @Test
  void aFailureOfTheThreadReachesTheReader() {
    var failing =
        new Batches(numbered(9), 3, 1) {
          @Override
          void fill(Batch batch) {
            if (batch.index == 2) {
              throw new IllegalStateException("out of ink");
            }
            super.fill(batch);
          }
        };
    try (failing) {
      failing.next();
      failing.next();
      for (int i = 0; i < 2; i++) {
        var error = assertThrows(DataException.class, failing::next);
        assertTrue(error.getMessage().contains("out of ink"), error.getMessage());
        assertTrue(error.getCause() instanceof IllegalStateException);
      }
    }
  }

  @Test
  void closingEndsTheThread() {
    var unused = new Batches(numbered(9), 3, 1);
    unused.close();
    var batches = new Batches(numbered(9), 3, 1);
    batches.next();
    assertTrue(batches.thread().isAlive());
    assertTrue(batches.thread().isDaemon());
    assertTimeoutPreemptively(Duration.ofSeconds(5), batches::close);
    assertFalse(batches.thread().isAlive());
    assertThrows(IllegalStateException.class, batches::next);
    batches.close();
  }

  @Test
  void nothingIsAllocatedInSteadyState() throws InterruptedException {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long reader = Thread.currentThread().getId();
    try (var batches = new Batches(Digits.generate(1000, 1), 100, 1)) {
      long before = 0;
      long producerBefore = 0;
      for (int i = 0; i < 3000; i++) {
        if (i == 1000) {
          producerBefore = threads.getThreadAllocatedBytes(batches.thread().getId());
          before = threads.getThreadAllocatedBytes(reader);
        }
        batches.next();
        if (i % 500 == 0) {
          // Lets the thread run ahead, so that both sides have waited for the other.
          Thread.sleep(5);
        }
      }
      long allocated = threads.getThreadAllocatedBytes(reader) - before;
      long produced = threads.getThreadAllocatedBytes(batches.thread().getId()) - producerBefore;
      // Less than a byte a batch: the JVM and the measurement have a few of their own.
      assertTrue(allocated < 2000, "next: " + allocated + " bytes in 2000 batches");
      assertTrue(produced < 2000, "thread: " + produced + " bytes in 2000 batches");
    }
  }
}
