package dev.glimpse.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel sources, packaged as resources under {@code kernels/}. Includes are expanded here,
 * each file once, because a program built from a jar has no include path.
 */
final class KernelFiles {
  private static final Pattern INCLUDE =
      Pattern.compile("^#include \"([^\"]+)\"$", Pattern.MULTILINE);
  private static final Map<String, String> EXPANDED = new ConcurrentHashMap<>();

  private KernelFiles() {}

  static String load(String file) {
    return EXPANDED.computeIfAbsent(file, name -> expand(name, new HashSet<>()));
  }

  private static String expand(String file, Set<String> seen) {
    if (!seen.add(file)) {
      return "";
    }
    var text = new StringBuilder();
    Matcher include = INCLUDE.matcher(read(file));
    while (include.find()) {
      include.appendReplacement(text, Matcher.quoteReplacement(expand(include.group(1), seen)));
    }
    return include.appendTail(text).toString();
  }

  private static String read(String file) {
    try (InputStream stream = KernelFiles.class.getResourceAsStream("/kernels/" + file)) {
      if (stream == null) {
        throw new DeviceException("NO_SUCH_KERNEL", "kernel file not packaged: " + file);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
