package dev.glimpse.fuzz;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Fuzzes a reader: {@code fuzz READER SECONDS [OPTION ...]}, with options of Jazzer and libFuzzer.
 * Inputs that reach something new are kept in {@code target/fuzz}, from where the next run goes on;
 * one that fails is written there too, and printed. Given such a file as an option, reads that
 * alone.
 */
public final class Main {
  private static final String ALL = "all";

  /** The longest input: valid files are about 300 bytes. */
  private static final int LONGEST = 4096;

  private static final int SECONDS_PER_INPUT = 10;
  private static final int MEBIBYTES = 4096;

  private Main() {}

  /** Runs Jazzer, which ends the process: with 0 where nothing was found. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> names = Arrays.stream(Reader.values()).map(r -> r.name().toLowerCase()).toList();
    boolean understood =
        arguments.length >= 2
            && (names.contains(arguments[0]) || arguments[0].equals(ALL))
            && arguments[1].matches("\\d{1,6}");
    if (!understood) {
      System.err.printf("glimpse: fuzz READER SECONDS; a reader is one of %s, %s%n", names, ALL);
      System.exit(2);
    }
    Path folder = Path.of("target", "fuzz", arguments[0]);
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    if (arguments[0].equals(ALL)) {
      for (Reader reader : Reader.values()) {
        plant(reader, corpus);
      }
    } else {
      Reader reader = Reader.valueOf(arguments[0].toUpperCase(Locale.ROOT));
      System.setProperty(Target.READER, reader.name());
      plant(reader, corpus);
    }
    var options =
        new ArrayList<>(
            List.of(
                "--target_class=" + Target.class.getName(),
                "--instrumentation_includes=dev.glimpse.**:com.google.gson.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-max_total_time=" + arguments[1],
                "-max_len=" + LONGEST,
                "-timeout=" + SECONDS_PER_INPUT,
                "-rss_limit_mb=" + MEBIBYTES));
    options.addAll(List.of(arguments).subList(2, arguments.length));
    options.add(corpus.toString());
    Jazzer.main(options.toArray(String[]::new));
  }

  private static void plant(Reader reader, Path corpus) throws IOException {
    int number = 0;
    for (byte[] seed : Seeds.of(reader)) {
      String name = "seed-" + reader.name().toLowerCase() + number++;
      boolean chosen = System.getProperty(Target.READER) != null;
      Files.write(corpus.resolve(name), chosen ? seed : Target.forAll(reader, seed));
    }
  }
}
