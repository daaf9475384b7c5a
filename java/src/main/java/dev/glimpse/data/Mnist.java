package dev.glimpse.data;

import dev.glimpse.device.CacheFolder;
import dev.glimpse.io.AtomicFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The MNIST database of handwritten digits (Y. LeCun, C. Cortes, C. Burges): 60,000 training
 * images, of which the last 5,000 are for validation, and 10,000 for testing, 28 x 28 grey, 10
 * classes.
 *
 * <p>The four files are downloaded once into the user's cache. Every file is checked against its
 * published MD5 before it gets its name, and again whenever it is used.
 */
public final class Mnist {
  private static final List<URI> MIRRORS =
      List.of(
          URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"),
          URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"));

  // As published by torchvision.datasets.MNIST.
  private static final List<Download> DOWNLOADS =
      List.of(
          new Download("train-images-idx3-ubyte.gz", 9912422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
          new Download("train-labels-idx1-ubyte.gz", 28881, "d53e105ee54ea40749a09fcbcd1e9432"),
          new Download("t10k-images-idx3-ubyte.gz", 1648877, "9fb629c4189551a2d022fa330f9573f3"),
          new Download("t10k-labels-idx1-ubyte.gz", 4542, "ec29112dd5afa0611ce80d1b7f02629c"));

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A file to fetch: its name under each mirror, its size and its checksum. */
  record Download(String name, long bytes, String md5) {}

  private final Path cache;
  private final List<URI> mirrors;
  private final List<Download> downloads;
  private final PrintStream progress;
  private final Duration patience;

  Mnist(
      Path cache,
      List<URI> mirrors,
      List<Download> downloads,
      PrintStream progress,
      Duration patience) {
    this.cache = cache;
    this.mirrors = mirrors;
    this.downloads = downloads;
    this.progress = progress;
    this.patience = patience;
  }

  /**
   * Loads MNIST, after downloading what is missing (11 MB) to a {@link CacheFolder}; progress goes
   * to the standard error stream.
   *
   * @throws DataException if a file can be had from no mirror
   */
  public static Splits load() {
    return new Mnist(CacheFolder.named("mnist"), MIRRORS, DOWNLOADS, System.err, PATIENCE).fetch();
  }

  /** Downloads what is missing or damaged, then reads the cache. */
  Splits fetch() {
    var troubles = new ArrayList<String>();
    try {
      AtomicFiles.createFolders(cache);
      List<Download> missing = missing();
      for (URI mirror : mirrors) {
        if (!missing.isEmpty()) {
          troubles.addAll(fetchFrom(mirror, missing));
          missing = missing();
        }
      }
      if (missing.isEmpty()) {
        return IdxReader.readFolder(cache);
      }
    } catch (IOException e) {
      troubles.add(cache + ": " + e);
    }
    throw new DataException(
        "MNIST cannot be downloaded (%s). Check the internet connection, or use --data DIR with a"
                .formatted(String.join("; ", troubles))
            + " folder that has the four IDX files, or --data digits, which needs none.");
  }

  private List<Download> missing() throws IOException {
    var missing = new ArrayList<Download>();
    for (Download download : downloads) {
      Path file = cache.resolve(download.name);
      if (!Files.exists(file) || !md5(file).equals(download.md5)) {
        missing.add(download);
      }
    }
    return missing;
  }

  /** Fetches files from one mirror until the first trouble, which it returns. */
  private List<String> fetchFrom(URI mirror, List<Download> wanted) throws IOException {
    var client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(patience)
            .build();
    for (Download download : wanted) {
      URI source = mirror.resolve(download.name);
      Path temporary = Files.createTempFile(cache, download.name, ".tmp");
      try {
        transfer(client, source, temporary, download);
        String md5 = md5(temporary);
        if (!md5.equals(download.md5)) {
          return List.of(source + ": MD5 " + download.md5 + " expected, " + md5 + " found");
        }
        Files.move(temporary, cache.resolve(download.name), StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        return List.of(source + ": " + e);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
    return List.of();
  }

  private void transfer(HttpClient client, URI source, Path file, Download download)
      throws IOException {
    var request = HttpRequest.newBuilder(source).timeout(patience).build();
    var answer = client.sendAsync(request, BodyHandlers.ofFile(file));
    try {
      int status = watch(answer, file, download).statusCode();
      if (status != 200) {
        throw new IOException("HTTP status " + status);
      }
      show(download, Files.size(file));
    } finally {
      answer.cancel(true);
      progress.println();
    }
  }

  /** Shows the progress, and gives up on a transfer that stands still: HttpClient never would. */
  private HttpResponse<Path> watch(
      CompletableFuture<HttpResponse<Path>> answer, Path file, Download download)
      throws IOException {
    long size = 0;
    long lastGrowth = System.nanoTime();
    while (true) {
      show(download, size);
      try {
        return answer.get(200, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        long now = Files.size(file);
        if (now > download.bytes) {
          throw new IOException("more than the expected " + download.bytes + " bytes", e);
        }
        if (now > size) {
          lastGrowth = System.nanoTime();
        } else if (System.nanoTime() - lastGrowth > patience.toNanos()) {
          throw new IOException("the transfer stands still at " + size + " bytes", e);
        }
        size = now;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  private void show(Download download, long size) {
    progress.printf(
        "\rdownloading %s: %d of %d KiB", download.name, size >> 10, download.bytes >> 10);
  }

  private static String md5(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException("every Java has MD5", e));
    }
  }
}
