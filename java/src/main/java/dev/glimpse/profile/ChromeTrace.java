package dev.glimpse.profile;

import com.google.gson.stream.JsonWriter;
import dev.glimpse.device.Launch;
import dev.glimpse.device.Recording.Timing;
import dev.glimpse.device.Work;
import dev.glimpse.io.AtomicFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A profile as a file for <a href="https://ui.perfetto.dev">Perfetto</a> or chrome://tracing, in
 * the Trace Event Format: one track for the device, with steps, layers and launches nested, and one
 * for the host, with the time from each launch's enqueuing to that of the next.
 */
public final class ChromeTrace {
  /** The last ones; more would make large files and tell little more. */
  private static final int MOST_STEPS = 5;

  private static final int PROCESS = 1;
  private static final int DEVICE = 1;
  private static final int HOST = 2;

  private final JsonWriter json;
  private final Profile profile;
  private final List<List<String>> paths;
  private final long origin;

  private ChromeTrace(JsonWriter json, Profile profile, long origin) {
    this.json = json;
    this.profile = profile;
    this.paths = profile.launches().stream().map(l -> LaunchSite.of(l).path()).toList();
    this.origin = origin;
  }

  /** Writes the last steps of a profile. */
  public static void write(Path file, String title, String device, Profile profile) {
    int count = profile.steps().size();
    int first = Math.max(0, count - MOST_STEPS);
    AtomicFiles.writeFile(
        file,
        channel -> {
          var writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
          var json = new JsonWriter(writer);
          json.beginObject().name("displayTimeUnit").value("ms").name("traceEvents").beginArray();
          long origin = profile.steps().get(first).get(0).queued();
          var trace = new ChromeTrace(json, profile, origin);
          trace.metadata("process_name", 0, "glimpse " + title);
          trace.metadata("thread_name", DEVICE, device);
          trace.metadata("thread_name", HOST, "host: enqueuing");
          for (int i = first; i < count; i++) {
            trace.step(i, profile.steps().get(i));
          }
          json.endArray().endObject().flush();
        });
  }

  private void metadata(String kind, int thread, String name) throws IOException {
    json.beginObject().name("ph").value("M").name("name").value(kind);
    json.name("pid").value(PROCESS).name("tid").value(thread);
    json.name("args").beginObject().name("name").value(name).endObject().endObject();
  }

  private void step(int number, List<Timing> timings) throws IOException {
    int last = timings.size() - 1;
    begin("step " + number, "step", DEVICE, timings.get(0).start(), timings.get(last).end());
    json.endObject();
    nest(timings, 0, timings.size(), 0);
    for (int i = 0; i <= last; i++) {
      long queued = timings.get(i).queued();
      long next = i < last ? timings.get(i + 1).queued() : queued;
      begin(LaunchSite.of(profile.launches().get(i)).name(), "enqueue", HOST, queued, next);
      json.endObject();
    }
  }

  /** Launches {@code from} to {@code to}, which have {@code depth} layers in common. */
  private void nest(List<Timing> timings, int from, int to, int depth) throws IOException {
    int i = from;
    while (i < to) {
      if (paths.get(i).size() == depth) {
        launch(profile.launches().get(i), timings.get(i));
        i++;
        continue;
      }
      String layer = paths.get(i).get(depth);
      int end = i + 1;
      while (end < to && paths.get(end).size() > depth && paths.get(end).get(depth).equals(layer)) {
        end++;
      }
      begin(layer, "layer", DEVICE, timings.get(i).start(), timings.get(end - 1).end());
      json.endObject();
      nest(timings, i, end, depth + 1);
      i = end;
    }
  }

  private void launch(Work work, Timing timing) throws IOException {
    begin(LaunchSite.of(work).op(), "launch", DEVICE, timing.start(), timing.end());
    double nanoseconds = Math.max(1, timing.end() - timing.start());
    json.name("args").beginObject();
    json.name("kernel").value(work.program());
    json.name("flops").value(work.cost().flops());
    json.name("bytes").value(work.cost().bytes());
    json.name("gflops").value(work.cost().flops() / nanoseconds);
    json.name("gbps").value(work.cost().bytes() / nanoseconds);
    if (work instanceof Launch launch) {
      json.name("global").value(launch.global().toString());
      json.name("local").value(launch.local().toString());
      json.name("defines").beginObject();
      for (Map.Entry<String, String> define : new TreeMap<>(launch.kernel().defines()).entrySet()) {
        json.name(define.getKey()).value(define.getValue());
      }
      json.endObject();
    }
    json.endObject().endObject();
  }

  /** Begins a complete event, from one time to another in nanoseconds of the device's clock. */
  private void begin(String name, String category, int thread, long from, long to)
      throws IOException {
    json.beginObject().name("ph").value("X").name("name").value(name).name("cat").value(category);
    json.name("pid").value(PROCESS).name("tid").value(thread);
    json.name("ts").value(microseconds(from - origin)).name("dur").value(microseconds(to - from));
  }

  /** Exact, so that what is nested stays so. */
  private static BigDecimal microseconds(long nanoseconds) {
    return BigDecimal.valueOf(nanoseconds, 3);
  }
}
