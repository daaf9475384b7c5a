package dev.glimpse.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChromeTraceTest {
  private static final int STEPS = 7;
  private static final int TRACED = 5;

  private static Profile profile;
  private static final List<JsonObject> EVENTS = new ArrayList<>();

  @BeforeAll
  static void trace(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("trace.json");
    profile = Subject.profile(STEPS);
    ChromeTrace.write(file, "vae", "a \"device\"", profile);
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    for (JsonElement event : json.getAsJsonArray("traceEvents")) {
      EVENTS.add(event.getAsJsonObject());
    }
  }

  private static List<JsonObject> events(String category) {
    return EVENTS.stream()
        .filter(e -> e.has("cat") && e.get("cat").getAsString().equals(category))
        .toList();
  }

  private static long nanoseconds(JsonObject event, String field) {
    return event.get(field).getAsBigDecimal().movePointRight(3).longValueExact();
  }

  private static long end(JsonObject event) {
    return nanoseconds(event, "ts") + nanoseconds(event, "dur");
  }

  @Test
  void everyEventIsComplete() {
    for (JsonObject event : EVENTS) {
      assertEquals(1, event.get("pid").getAsInt());
      assertFalse(event.get("name").getAsString().isEmpty());
      if (event.get("ph").getAsString().equals("M")) {
        assertFalse(event.getAsJsonObject("args").get("name").getAsString().isEmpty());
      } else {
        assertEquals("X", event.get("ph").getAsString());
        assertTrue(nanoseconds(event, "ts") >= 0);
        assertTrue(nanoseconds(event, "dur") >= 0);
        assertTrue(event.get("tid").getAsInt() > 0);
      }
    }
  }

  @Test
  void lastStepsAreThere() {
    int launches = profile.launches().size();
    List<String> steps = events("step").stream().map(e -> e.get("name").getAsString()).toList();
    assertEquals(List.of("step 2", "step 3", "step 4", "step 5", "step 6"), steps);
    assertEquals(TRACED * launches, events("launch").size());
    assertEquals(TRACED * launches, events("enqueue").size());
  }

  @Test
  void eventsNest() {
    for (int thread = 1; thread <= 2; thread++) {
      var open = new ArrayDeque<JsonObject>();
      for (JsonObject event : EVENTS) {
        if (!event.has("ts") || event.get("tid").getAsInt() != thread) {
          continue;
        }
        long from = nanoseconds(event, "ts");
        while (!open.isEmpty() && end(open.peek()) <= from) {
          open.pop();
        }
        if (!open.isEmpty()) {
          assertTrue(from >= nanoseconds(open.peek(), "ts"), event + " in " + open.peek());
          assertTrue(end(event) <= end(open.peek()), event + " in " + open.peek());
        }
        open.push(event);
      }
    }
  }

  @Test
  void launchesLieInTheirLayers() {
    JsonObject layer = null;
    int inPixels = 0;
    for (JsonObject event : EVENTS) {
      String category = event.has("cat") ? event.get("cat").getAsString() : "";
      if (category.equals("layer")) {
        layer = event;
      } else if (category.equals("launch")
          && layer != null
          && end(event) <= end(layer)
          && layer.get("name").getAsString().equals("pixels")) {
        inPixels++;
      }
    }
    long expected =
        profile.launches().stream().filter(l -> l.scope().startsWith("pixels/")).count();
    assertTrue(expected > 0);
    assertEquals(TRACED * expected, inPixels);
  }

  @Test
  void launchesSayWhatTheyAre() {
    JsonObject matmul =
        events("launch").stream()
            .filter(e -> e.get("name").getAsString().equals("matmulNN"))
            .findFirst()
            .orElseThrow();
    JsonObject args = matmul.getAsJsonObject("args");
    assertEquals("gemm.cl:gemm", args.get("kernel").getAsString());
    double flops = args.get("flops").getAsDouble();
    assertTrue(flops > 0);
    assertEquals(flops / nanoseconds(matmul, "dur"), args.get("gflops").getAsDouble(), 1e-6);
    assertTrue(args.get("bytes").getAsLong() > 0);
    assertTrue(args.get("gbps").getAsDouble() > 0);
    assertTrue(args.get("global").getAsString().startsWith("["));
    assertTrue(args.get("local").getAsString().startsWith("["));
    assertEquals("0", args.getAsJsonObject("defines").get("A_TRANSPOSED").getAsString());
  }
}
