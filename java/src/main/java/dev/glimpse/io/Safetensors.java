package dev.glimpse.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of named tensors in the <a
 * href="https://huggingface.co/docs/safetensors/index#format">safetensors</a> format: eight bytes
 * of header length (little-endian), a JSON header, and the tensors' bytes one after the other.
 *
 * <p>{@link #write} adds a CRC-32C of the whole file to the metadata, and {@link #open} checks it
 * where it is present, so that damage never passes for weights. Opening reads the header only (and
 * the file once for the checksum); tensors are read when asked for, and nothing is allocated for a
 * size that the file merely claims. Any trouble in reading is a {@link CheckpointException}.
 */
public final class Safetensors implements AutoCloseable {
  /** A longer header means that this is some other kind of file, or one made to fill the memory. */
  private static final int MAX_HEADER_BYTES = 1 << 25;

  private static final String CHECKSUM = "glimpse.crc32c";
  private static final String NO_CHECKSUM = "00000000";
  private static final int CHUNK_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;

  private Safetensors(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    var json = ByteBuffer.allocate((int) headerBytes());
    readFully(json, 8);
    dataStart = 8L + json.capacity();
    try {
      var parsed = SafetensorsHeader.parse(json.array(), channel.size() - dataStart);
      var metadata = new LinkedHashMap<>(parsed.metadata());
      String checksum = metadata.remove(CHECKSUM);
      if (checksum != null) {
        verify(json.array(), checksum);
      }
      header = new SafetensorsHeader(metadata, parsed.tensors());
    } catch (SafetensorsHeader.Malformed e) {
      throw damaged(e.getMessage(), e);
    }
  }

  /** Opens a file and checks its header and, where it has one, its checksum. */
  public static Safetensors open(Path file) {
    FileChannel channel = null;
    Safetensors opened = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      opened = new Safetensors(file, channel);
      return opened;
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file, "there is no such file", "check the path", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    } finally {
      if (opened == null) {
        closeQuietly(channel);
      }
    }
  }

  /**
   * Writes a file atomically, as {@link AtomicFiles#writeFile} does. Wider types come first, so
   * that every tensor is aligned to its own element size; otherwise the order stays.
   *
   * @throws IllegalArgumentException if two tensors share a name
   */
  public static void write(Path file, List<NamedTensor> tensors, Map<String, String> metadata) {
    List<ByteBuffer> parts = parts(tensors, metadata);
    AtomicFiles.writeFile(
        file,
        out -> {
          for (ByteBuffer part : parts) {
            AtomicFiles.writeFully(out, part.duplicate());
          }
        });
  }

  /**
   * The bytes of such a file: the header's length, the header, and each tensor.
   *
   * @throws IllegalArgumentException if two tensors share a name
   */
  public static List<ByteBuffer> parts(List<NamedTensor> tensors, Map<String, String> metadata) {
    if (metadata.containsKey(CHECKSUM)) {
      throw new IllegalArgumentException("the metadata key " + CHECKSUM + " is reserved");
    }
    var sorted = tensors.stream().sorted(Comparator.comparing(t -> -t.type().bytes())).toList();
    var allMetadata = new LinkedHashMap<String, String>();
    allMetadata.put(CHECKSUM, NO_CHECKSUM);
    allMetadata.putAll(metadata);
    byte[] json =
        padded(SafetensorsHeader.of(allMetadata, sorted).toJson().getBytes(StandardCharsets.UTF_8));
    var crc = new CRC32C();
    crc.update(json);
    for (NamedTensor tensor : sorted) {
      crc.update(tensor.data().duplicate());
    }
    replaceChecksum(json, NO_CHECKSUM, hex(crc));
    var parts = new ArrayList<ByteBuffer>();
    parts.add(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).flip());
    parts.add(ByteBuffer.wrap(json));
    sorted.forEach(tensor -> parts.add(tensor.data().duplicate()));
    return parts;
  }

  /** The free text that was stored with the tensors. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** All tensors by name, in the order of the header. */
  public Map<String, TensorInfo> tensors() {
    return header.tensors();
  }

  /** The tensor of that name, or a {@link CheckpointException} that lists what there is. */
  public TensorInfo tensor(String name) {
    TensorInfo tensor = tensors().get(name);
    if (tensor == null) {
      throw new CheckpointException(
          file,
          "it holds no tensor '" + name + "', only " + tensors().keySet(),
          "it was probably saved by another model");
    }
    return tensor;
  }

  /** A tensor's bytes as stored, in a direct little-endian buffer. */
  public ByteBuffer readBytes(String name) {
    TensorInfo tensor = tensor(name);
    ByteBuffer data = tensor.allocateBytes(file);
    read(tensor, 0, data);
    return data.flip();
  }

  /** A tensor of any type as floats, in a direct buffer of native order. */
  public FloatBuffer readFloats(String name) {
    FloatBuffer floats = tensor(name).allocateFloats(file);
    readFloats(name, floats);
    return floats.flip();
  }

  /** Puts a tensor of any type, as floats, at the position of {@code into} and advances it. */
  public void readFloats(String name, FloatBuffer into) {
    TensorInfo tensor = tensor(name);
    tensor.checkRoom(file, into);
    var chunk = chunkFor(tensor.bytes());
    for (long done = 0; done < tensor.bytes(); done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), tensor.bytes() - done));
      read(tensor, done, chunk);
      tensor.type().toFloats(chunk.flip(), into);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private void read(TensorInfo tensor, long from, ByteBuffer into) {
    try {
      readFully(into, dataStart + tensor.offset() + from);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private long headerBytes() throws IOException {
    var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    readFully(length, 0);
    long bytes = length.getLong(0);
    if (bytes < 2 || bytes > MAX_HEADER_BYTES) {
      throw damaged(
          "it is not a safetensors file: a header of %s bytes, expected 2 to %d"
              .formatted(Long.toUnsignedString(bytes), MAX_HEADER_BYTES),
          null);
    }
    if (bytes > channel.size() - 8) {
      throw damaged(
          "truncated: a header of %d bytes in a file of %d".formatted(bytes, channel.size()), null);
    }
    return bytes;
  }

  private void readFully(ByteBuffer into, long position) throws IOException {
    while (into.hasRemaining()) {
      int read = channel.read(into, position);
      if (read < 0) {
        throw damaged(
            "truncated: %d more bytes expected at byte %d".formatted(into.remaining(), position),
            null);
      }
      position += read;
    }
  }

  private void verify(byte[] json, String expected) throws IOException {
    if (!replaceChecksum(json, expected, NO_CHECKSUM)) {
      throw damaged("its checksum is not where it was written", null);
    }
    var crc = new CRC32C();
    crc.update(json);
    var chunk = chunkFor(channel.size() - dataStart);
    for (long at = dataStart; at < channel.size(); at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), channel.size() - at));
      readFully(chunk, at);
      crc.update(chunk.flip());
    }
    if (!hex(crc).equals(expected)) {
      throw damaged(
          "checksum %s expected, %s found: its bytes have changed since it was written"
              .formatted(expected, hex(crc)),
          null);
    }
  }

  private static ByteBuffer chunkFor(long bytes) {
    int size = (int) Math.min(CHUNK_BYTES, bytes);
    return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private CheckpointException damaged(String problem, Throwable cause) {
    return new CheckpointException(
        file, problem, "use another copy, or the checkpoint before it", cause);
  }

  private static CheckpointException unreadable(Path file, IOException e) {
    return new CheckpointException(
        file, "it cannot be read (" + e + ")", "check the path and its permissions", e);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // A channel that was only read from has nothing to lose.
    }
  }

  /** Pads with spaces, as the format allows, so that the data section is aligned to eight bytes. */
  private static byte[] padded(byte[] json) {
    byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static String hex(CRC32C crc) {
    return "%08x".formatted(crc.getValue());
  }

  /** Replaces the checksum in the header's bytes; one text must be as long as the other. */
  private static boolean replaceChecksum(byte[] json, String old, String replacement) {
    // Latin-1 maps bytes to characters one to one, so that an index into the text is one into json.
    String entry = "\"" + CHECKSUM + "\":\"";
    int at = new String(json, StandardCharsets.ISO_8859_1).indexOf(entry + old + "\"");
    if (at < 0 || old.length() != replacement.length()) {
      return false;
    }
    byte[] bytes = replacement.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, json, at + entry.length(), bytes.length);
    return true;
  }
}
