package dev.glimpse.io;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** The element types of files that are read and written here, named as in safetensors. */
public enum TensorType {
  F64(8) {
    @Override
    float toFloat(ByteBuffer data, int offset) {
      return (float) data.getDouble(offset);
    }
  },
  F32(4) {
    @Override
    float toFloat(ByteBuffer data, int offset) {
      return data.getFloat(offset);
    }
  },
  F16(2) {
    @Override
    float toFloat(ByteBuffer data, int offset) {
      return half(data.getShort(offset));
    }
  },
  BF16(2) {
    @Override
    float toFloat(ByteBuffer data, int offset) {
      return Float.intBitsToFloat(data.getShort(offset) << 16);
    }
  },
  I64(8) {
    @Override
    float toFloat(ByteBuffer data, int offset) {
      return data.getLong(offset);
    }
  },
  I32(4) {
    @Override
    float toFloat(ByteBuffer data, int offset) {
      return data.getInt(offset);
    }
  },
  U8(1) {
    @Override
    float toFloat(ByteBuffer data, int offset) {
      return data.get(offset) & 0xff;
    }
  };

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** The element at a byte offset, rounded to the nearest float where that is needed. */
  abstract float toFloat(ByteBuffer data, int offset);

  /** Puts all elements of a little-endian buffer, as floats, at the position of {@code into}. */
  void toFloats(ByteBuffer data, FloatBuffer into) {
    if (this == F32) {
      into.put(data.asFloatBuffer());
      return;
    }
    for (int at = data.position(); at < data.limit(); at += bytes) {
      into.put(toFloat(data, at));
    }
  }

  /** IEEE 754 binary16 to binary32, exact (the JDK has this from version 20). */
  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float subnormal = fraction * 0x1p-24f;
      return sign == 0 ? subnormal : -subnormal;
    }
    int wideExponent = exponent == 0x1f ? 0xff : exponent + (127 - 15);
    return Float.intBitsToFloat(sign | wideExponent << 23 | fraction << 13);
  }

  /** Binary32 to IEEE 754 binary16, to the nearest, ties to even; too large becomes infinite. */
  public static short toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude < 0x1p-14f) {
      // A multiple of the smallest subnormal: the addition rounds it.
      return (short) (sign | (Float.floatToRawIntBits(magnitude + 0.5f) & 0x7fff));
    }
    if (magnitude >= 65520) {
      return (short) (sign | 0x7c00);
    }
    int rounded = (bits & 0x7fffffff) + 0xfff + (bits >> 13 & 1);
    return (short) (sign | (rounded - (112 << 23) >> 13));
  }
}
