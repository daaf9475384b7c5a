package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
  private static final Duration PATIENCE = Duration.ofMillis(900);

  @TempDir Path temporary;

  private final Map<String, byte[]> published = new HashMap<>();
  private final List<Mnist.Download> downloads = new ArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();
  private HttpServer server;

  @BeforeEach
  void serve() throws Exception {
    publish("train-images-idx3-ubyte.gz", IdxFiles.images(24, 4, 4));
    publish("train-labels-idx1-ubyte.gz", IdxFiles.labels(24, 10));
    publish("t10k-images-idx3-ubyte.gz", IdxFiles.images(10, 4, 4));
    publish("t10k-labels-idx1-ubyte.gz", IdxFiles.labels(10, 10));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          String[] path = exchange.getRequestURI().getPath().split("/");
          byte[] body = published.get(path[2]).clone();
          if (path[1].equals("damaged")) {
            body[body.length / 2] ^= 1;
          }
          exchange.sendResponseHeaders(path[1].equals("gone") ? 404 : 200, body.length);
          if (path[1].equals("stalling")) {
            exchange.getResponseBody().write(body, 0, 5);
            exchange.getResponseBody().flush();
            return;
          }
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void downloadsOnceAndThenUsesTheCache() throws IOException {
    Splits splits = mnist("good").fetch();
    assertEquals(22, splits.train().size());
    assertEquals(2, splits.validation().size());
    assertEquals(10, splits.test().size());
    assertEquals(4, requests.get());
    assertTrue(progress.toString().contains("downloading t10k-labels-idx1-ubyte.gz"));
    mnist("good").fetch();
    assertEquals(4, requests.get());
    assertOnlyTheFourFiles();
  }

  @Test
  void goesOnToTheNextMirror() throws IOException {
    assertEquals(10, mnist("gone", "damaged", "good").fetch().test().size());
    assertEquals(6, requests.get());
    assertOnlyTheFourFiles();
  }

  @Test
  void fetchesAgainWhatIsDamagedInTheCache() throws IOException {
    mnist("good").fetch();
    Files.write(cache().resolve("t10k-labels-idx1-ubyte.gz"), new byte[] {1, 2, 3});
    assertEquals(10, mnist("good").fetch().test().size());
    assertEquals(5, requests.get());
  }

  @Test
  void saysWhatWentWrongAndWhatElseThereIs() throws IOException {
    var error = assertThrows(DataException.class, () -> mnist("gone", "damaged").fetch());
    String message = error.getMessage();
    assertTrue(message.contains("HTTP status 404"), message);
    assertTrue(message.contains("MD5 " + downloads.get(0).md5() + " expected"), message);
    assertTrue(message.contains("--data DIR") && message.contains("--data digits"), message);
    try (var left = Files.list(cache())) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void givesUpOnAServerThatStandsStill() {
    var error = assertThrows(DataException.class, () -> mnist("stalling").fetch());
    assertTrue(error.getMessage().contains("stands still at"), error.getMessage());
  }

  @Test
  void saysSoWithoutInternet() {
    int port = server.getAddress().getPort();
    server.stop(0);
    var nobody = List.of(URI.create("http://localhost:" + port + "/"));
    var mnist = new Mnist(cache(), nobody, downloads, new PrintStream(progress), PATIENCE);
    var error = assertThrows(DataException.class, mnist::fetch);
    assertTrue(error.getMessage().startsWith("MNIST cannot be downloaded"), error.getMessage());
    assertTrue(error.getMessage().contains("ConnectException"), error.getMessage());
  }

  private void publish(String name, byte[] content) throws Exception {
    byte[] packed = IdxFiles.gzip(content);
    String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(packed));
    published.put(name, packed);
    downloads.add(new Mnist.Download(name, packed.length, md5));
  }

  private Mnist mnist(String... mirrors) {
    var uris = new ArrayList<URI>();
    for (String mirror : mirrors) {
      uris.add(
          URI.create("http://localhost:%d/%s/".formatted(server.getAddress().getPort(), mirror)));
    }
    return new Mnist(cache(), uris, downloads, new PrintStream(progress), PATIENCE);
  }

  private Path cache() {
    return temporary.resolve("glimpse").resolve("mnist");
  }

  private void assertOnlyTheFourFiles() throws IOException {
    try (var files = Files.list(cache())) {
      assertEquals(
          published.keySet(), Set.copyOf(files.map(f -> f.getFileName().toString()).toList()));
    }
  }
}
