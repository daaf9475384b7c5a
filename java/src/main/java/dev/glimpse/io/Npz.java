package dev.glimpse.io;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A file of named arrays as NumPy's {@code savez} writes and {@code load} reads it: a zip archive
 * with one <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">npy</a>
 * file per array, compressed or not.
 *
 * <p>Opening reads the headers only; arrays are read when asked for, checked against the archive's
 * CRC-32, and nothing is allocated for a size that the file merely claims. Any trouble in reading
 * is a {@link CheckpointException}.
 */
public final class Npz implements AutoCloseable {
  private static final String SUFFIX = ".npy";
  private static final int CHUNK_BYTES = 1 << 16;

  /** Far more than any model has; more are meant to fill the memory. */
  private static final int MOST_ARRAYS = 100_000;

  /** What deflate makes of a byte at most. */
  private static final long MAX_INFLATION = 1032;

  /**
   * The same time in every file, so that equal tensors make equal files. January 1980, the first of
   * the format, would be stored with a second time that depends on the time zone.
   */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private final Path file;
  private final ZipFile zip;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  private Npz(Path file, ZipFile zip) throws IOException {
    this.file = file;
    this.zip = zip;
    if (zip.size() > MOST_ARRAYS) {
      throw damaged("it holds more than %d arrays".formatted(MOST_ARRAYS), null);
    }
    for (ZipEntry entry : Collections.list(zip.entries())) {
      TensorInfo tensor = inspect(entry);
      if (tensors.put(tensor.name(), tensor) != null) {
        throw damaged("array '" + tensor.name() + "' is in it twice", null);
      }
    }
  }

  private TensorInfo inspect(ZipEntry entry) throws IOException {
    String name = entry.getName();
    if (!name.endsWith(SUFFIX)) {
      throw damaged("'" + name + "' in it is no " + SUFFIX + " file: it is no npz file", null);
    }
    name = name.substring(0, name.length() - SUFFIX.length());
    try (InputStream in = zip.getInputStream(entry)) {
      NpyHeader header = NpyHeader.read(in);
      long size = entry.getSize();
      if (size - header.length() != header.bytes()) {
        throw damaged(
            "array '%s' of type %s and shape %s takes %d bytes, but there are %d"
                .formatted(
                    name, header.type(), header.shape(), header.bytes(), size - header.length()),
            null);
      }
      long packed = entry.getCompressedSize();
      if (packed > Files.size(file) || size / MAX_INFLATION > packed) {
        throw damaged(
            "array '%s' claims %d bytes, more than the file can hold".formatted(name, size), null);
      }
      return new TensorInfo(name, header.type(), header.shape(), header.length(), header.bytes());
    } catch (NpyHeader.Malformed e) {
      throw new CheckpointException(
          file,
          "array '" + name + "' cannot be used: " + e.getMessage(),
          "save it with numpy.savez, as float32 in C order",
          e);
    }
  }

  /** Opens a file and checks its headers. */
  public static Npz open(Path file) {
    ZipFile zip = null;
    Npz opened = null;
    try {
      zip = new ZipFile(file.toFile());
      opened = new Npz(file, zip);
      return opened;
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file, "there is no such file", "check the path", e);
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      // An illegal argument is a name that is not UTF-8.
      throw notIntact(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    } finally {
      if (opened == null) {
        closeQuietly(zip);
      }
    }
  }

  /**
   * Writes a file atomically, as {@link AtomicFiles#writeFile} does, without compression.
   *
   * @throws IllegalArgumentException if two tensors share a name, or NumPy has no type for one
   */
  public static void write(Path file, List<NamedTensor> tensors) {
    var names = new HashSet<String>();
    for (NamedTensor tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException("tensor name used twice: " + tensor.name());
      }
    }
    AtomicFiles.writeFile(
        file,
        channel -> {
          // Finished but not closed: that would close the channel, which is not ours.
          var out = new BufferedOutputStream(Channels.newOutputStream(channel), CHUNK_BYTES);
          var zip = new ZipOutputStream(out);
          for (NamedTensor tensor : tensors) {
            write(zip, tensor);
          }
          zip.finish();
          out.flush();
        });
  }

  private static void write(ZipOutputStream zip, NamedTensor tensor) throws IOException {
    byte[] header = NpyHeader.of(tensor);
    var crc = new CRC32();
    crc.update(header);
    crc.update(tensor.data().duplicate());
    var entry = new ZipEntry(tensor.name() + SUFFIX);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(header.length + (long) tensor.data().remaining());
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
    zip.write(header);
    ByteBuffer data = tensor.data().duplicate();
    byte[] chunk = new byte[Math.min(CHUNK_BYTES, data.remaining())];
    while (data.hasRemaining()) {
      int length = Math.min(chunk.length, data.remaining());
      data.get(chunk, 0, length);
      zip.write(chunk, 0, length);
    }
    zip.closeEntry();
  }

  /** All arrays by name; an offset counts from the start of the array's own npy file. */
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** The array of that name, or a {@link CheckpointException} that lists what there is. */
  public TensorInfo tensor(String name) {
    TensorInfo tensor = tensors.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          file,
          "it holds no array '" + name + "', only " + tensors.keySet(),
          "it was probably saved by something else");
    }
    return tensor;
  }

  /** An array of any type as floats, in a direct buffer of native order. */
  public FloatBuffer readFloats(String name) {
    FloatBuffer floats = tensor(name).allocateFloats(file);
    readFloats(name, floats);
    return floats.flip();
  }

  /** Puts an array of any type, as floats, at the position of {@code into} and advances it. */
  public void readFloats(String name, FloatBuffer into) {
    TensorInfo tensor = tensor(name);
    tensor.checkRoom(file, into);
    ZipEntry entry = zip.getEntry(name + SUFFIX);
    var chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (var in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      in.skipNBytes(tensor.offset());
      for (long done = 0; done < tensor.bytes(); done += chunk.limit()) {
        int length = (int) Math.min(chunk.capacity(), tensor.bytes() - done);
        if (in.readNBytes(chunk.array(), 0, length) < length) {
          throw damaged("array '" + name + "' is truncated", null);
        }
        tensor.type().toFloats(chunk.clear().limit(length), into);
      }
      if (in.read() >= 0 || in.getChecksum().getValue() != entry.getCrc()) {
        throw damaged(
            "array '" + name + "' does not have its checksum: it has changed since it was written",
            null);
      }
    } catch (ZipException | EOFException e) {
      throw notIntact(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  @Override
  public void close() {
    closeQuietly(zip);
  }

  private CheckpointException damaged(String problem, Throwable cause) {
    return new CheckpointException(file, problem, "use another copy, or save it again", cause);
  }

  private static CheckpointException notIntact(Path file, Exception e) {
    return new CheckpointException(
        file, "it is no intact zip archive (" + e + ")", "use another copy, or save it again", e);
  }

  private static CheckpointException unreadable(Path file, IOException e) {
    return new CheckpointException(
        file, "it cannot be read (" + e + ")", "check the path and its permissions", e);
  }

  private static void closeQuietly(ZipFile zip) {
    try {
      if (zip != null) {
        zip.close();
      }
    } catch (IOException e) {
      // A file that was only read from has nothing to lose.
    }
  }
}
