package dev.glimpse.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Compiled programs on disk, for drivers that keep no cache of their own. A program is found by the
 * hash of everything that it depends on, and its file ends with the hash of the program. It is only
 * ever a short cut: whatever goes wrong here, the caller compiles from source.
 */
public final class ProgramCache {
  private static final int HASH_LENGTH = 64;

  private final Path folder;

  public ProgramCache(Path folder) {
    this.folder = folder;
  }

  /** The cache of the user who runs this. */
  public static ProgramCache ofUser() {
    return new ProgramCache(CacheFolder.named("programs"));
  }

  /** The key of a program. */
  public static String key(String source, String options, DeviceInfo device) {
    MessageDigest digest = sha256();
    for (String part :
        new String[] {source, options, device.name(), device.platform(), device.driver()}) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** In hexadecimal digits. */
  private static byte[] hash(byte[] program) {
    return HexFormat.of().formatHex(sha256().digest(program)).getBytes(StandardCharsets.US_ASCII);
  }

  /** A program as it was stored: a driver might not survive another one. */
  public Optional<byte[]> load(String key) {
    try {
      byte[] file = Files.readAllBytes(folder.resolve(key));
      int length = Math.max(0, file.length - HASH_LENGTH);
      byte[] program = Arrays.copyOf(file, length);
      boolean whole =
          length > 0 && Arrays.equals(hash(program), Arrays.copyOfRange(file, length, file.length));
      return whole ? Optional.of(program) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Stores a program. */
  public void store(String key, byte[] program) {
    try {
      if (!Files.isDirectory(folder)) { // Which may be a link to one: see JDK-8294193.
        Files.createDirectories(folder);
      }
      Path temporary = Files.createTempFile(folder, key, ".tmp");
      try {
        Files.write(temporary, program);
        Files.write(temporary, hash(program), StandardOpenOption.APPEND);
        Files.move(temporary, folder.resolve(key), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      // A cache that cannot be written costs a compilation at the next start, nothing else.
    }
  }
}
