package dev.glimpse.export;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bytes of a part of a bundle while it is written: little-endian, texts with their length. */
final class BundleSection {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  BundleSection u8(int value) {
    bytes.write(value);
    return this;
  }

  BundleSection u32(int value) {
    return raw(little(4).putInt(value).flip());
  }

  BundleSection u64(long value) {
    return raw(little(8).putLong(value).flip());
  }

  BundleSection text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return u32(utf8.length).raw(ByteBuffer.wrap(utf8));
  }

  BundleSection raw(ByteBuffer data) {
    byte[] copy = new byte[data.remaining()];
    data.duplicate().get(copy);
    bytes.writeBytes(copy);
    return this;
  }

  BundleSection raw(BundleSection other) {
    bytes.writeBytes(other.bytes());
    return this;
  }

  int size() {
    return bytes.size();
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
