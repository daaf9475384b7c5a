package dev.glimpse.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TensorTypeTest {
  private final ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);

  @Test
  void everyHalfIsExact() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = TensorType.F16.toFloat(data.putShort(0, (short) bits), 0);
      int exponent = bits >> 10 & 31;
      double fraction = (bits & 1023) / 1024.0;
      if (exponent == 31 && fraction != 0) {
        assertTrue(Float.isNaN(value));
        continue;
      }
      double magnitude =
          exponent == 31
              ? Double.POSITIVE_INFINITY
              : exponent == 0
                  ? fraction * Math.pow(2, -14)
                  : (1 + fraction) * Math.pow(2, exponent - 15);
      assertEquals((float) (bits >= 1 << 15 ? -magnitude : magnitude), value);
    }
  }

  @Test
  void theOtherTypesConvert() {
    assertEquals(0.1f, TensorType.F64.toFloat(data.putDouble(0, 0.1), 0));
    assertEquals(0.1f, TensorType.F32.toFloat(data.putFloat(0, 0.1f), 0));
    assertEquals(-1.5f, TensorType.BF16.toFloat(data.putShort(0, (short) 0xbfc0), 0));
    assertEquals(-3e9f, TensorType.I64.toFloat(data.putLong(0, -3_000_000_000L), 0));
    assertEquals(-7f, TensorType.I32.toFloat(data.putInt(0, -7), 0));
    assertEquals(200f, TensorType.U8.toFloat(data.put(0, (byte) 200), 0));
  }
}
