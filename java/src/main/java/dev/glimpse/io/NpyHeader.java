package dev.glimpse.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The header of an array in version 1.0 of NumPy's <a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">npy</a> format: six
 * bytes of magic, two of the version, two of the length of what follows (little-endian), and a
 * Python dictionary such as {@code {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }},
 * padded with spaces so that the elements after it are aligned.
 *
 * @param type of the elements
 * @param shape the length of every axis; empty for a scalar
 * @param length bytes of the header, from the magic to the padding
 * @param bytes of the elements: the product of {@code shape} times the type's size
 */
record NpyHeader(TensorType type, List<Long> shape, int length, long bytes) {
  private static final byte[] MAGIC = "\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final int PREFIX_BYTES = MAGIC.length + 2;
  private static final int ALIGNMENT = 64;

  private static final Map<TensorType, String> NAMES =
      Map.of(
          TensorType.F64, "<f8",
          TensorType.F32, "<f4",
          TensorType.F16, "<f2",
          TensorType.I64, "<i8",
          TensorType.I32, "<i4",
          TensorType.U8, "|u1");
  private static final Map<String, TensorType> TYPES = new TreeMap<>();

  static {
    NAMES.forEach((type, name) -> TYPES.put(name, type));
    // One byte each, 0 or 1.
    TYPES.put("|b1", TensorType.U8);
  }

  private static final Pattern FIELD =
      Pattern.compile(
          "\\G\\s*(?:"
              + "['\"]descr['\"]\\s*:\\s*['\"](?<descr>[^'\"]*)['\"]"
              + "|['\"]fortran_order['\"]\\s*:\\s*(?<fortran>True|False)"
              + "|['\"]shape['\"]\\s*:\\s*\\((?<shape>[0-9,\\s]*)\\)"
              + ")\\s*(?:,\\s*|$)");

  /** A header that is not what this reader takes; the reader of the file adds its name. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String problem) {
      super(problem);
    }
  }

  /**
   * The header of a tensor.
   *
   * @throws IllegalArgumentException if NumPy has no such type
   */
  static byte[] of(NamedTensor tensor) {
    String name = NAMES.get(tensor.type());
    if (name == null) {
      throw new IllegalArgumentException(
          "%s: NumPy has no type for %s".formatted(tensor.name(), tensor.type()));
    }
    String axes = tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(", "));
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(name, tensor.shape().size() == 1 ? axes + "," : axes);
    int end = PREFIX_BYTES + dictionary.length() + 1;
    int length = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    var header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putShort((short) (length - PREFIX_BYTES));
    header.put(dictionary.getBytes(StandardCharsets.US_ASCII));
    Arrays.fill(header.array(), header.position(), length - 1, (byte) ' ');
    header.put(length - 1, (byte) '\n');
    return header.array();
  }

  /** Reads a header, and nothing after it. */
  static NpyHeader read(InputStream in) throws IOException, Malformed {
    var prefix = ByteBuffer.wrap(in.readNBytes(PREFIX_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    int versionAt = MAGIC.length - 2;
    if (prefix.limit() < PREFIX_BYTES
        || !Arrays.equals(MAGIC, 0, versionAt, prefix.array(), 0, versionAt)) {
      throw new Malformed("it is no array in the npy format");
    }
    if (!Arrays.equals(MAGIC, 0, MAGIC.length, prefix.array(), 0, MAGIC.length)) {
      throw new Malformed(
          "it is in version %d.%d of the npy format; only 1.0 is read"
              .formatted(prefix.get(versionAt) & 0xff, prefix.get(versionAt + 1) & 0xff));
    }
    int length = Short.toUnsignedInt(prefix.getShort(MAGIC.length));
    byte[] dictionary = in.readNBytes(length);
    if (dictionary.length < length) {
      throw new Malformed("its header is truncated");
    }
    return parse(new String(dictionary, StandardCharsets.ISO_8859_1), PREFIX_BYTES + length);
  }

  private static NpyHeader parse(String text, int length) throws Malformed {
    String dictionary = text.strip();
    if (!dictionary.startsWith("{") || !dictionary.endsWith("}")) {
      throw new Malformed("its header is no Python dictionary");
    }
    String content = dictionary.substring(1, dictionary.length() - 1);
    var field = FIELD.matcher(content);
    String descr = null;
    String fortran = null;
    String axes = null;
    int end = 0;
    while (field.find()) {
      descr = field.group("descr") != null ? field.group("descr") : descr;
      fortran = field.group("fortran") != null ? field.group("fortran") : fortran;
      axes = field.group("shape") != null ? field.group("shape") : axes;
      end = field.end();
    }
    if (end < content.length() || descr == null || fortran == null || axes == null) {
      throw new Malformed(
          "its header does not give descr, fortran_order and shape of a plain array");
    }
    TensorType type = type(descr);
    if (fortran.equals("True")) {
      throw new Malformed("it is in Fortran order");
    }
    List<Long> shape = shape(axes);
    long bytes = type.bytes();
    try {
      for (long axis : shape) {
        bytes = Math.multiplyExact(bytes, axis);
      }
    } catch (ArithmeticException e) {
      throw new Malformed("its shape " + shape + " overflows 64 bits");
    }
    return new NpyHeader(type, shape, length, bytes);
  }

  private static TensorType type(String descr) throws Malformed {
    TensorType type = TYPES.get(descr);
    if (type == null) {
      throw new Malformed(
          "it is of type %s; only %s are read".formatted(descr, String.join(", ", TYPES.keySet())));
    }
    return type;
  }

  private static List<Long> shape(String axes) throws Malformed {
    var shape = new ArrayList<Long>();
    try {
      for (String axis : axes.isBlank() ? new String[0] : axes.split(",")) {
        shape.add(Long.valueOf(axis.strip()));
      }
    } catch (NumberFormatException e) {
      throw new Malformed("its shape (" + axes + ") is none");
    }
    return List.copyOf(shape);
  }
}
