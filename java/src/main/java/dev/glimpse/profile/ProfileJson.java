package dev.glimpse.profile;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.glimpse.device.DeviceInfo;
import java.util.List;
import java.util.Locale;

/** A profile for other programs, in the units of {@link ProfileTable}. */
public final class ProfileJson {
  private ProfileJson() {}

  /** The device, its roof, the totals, and an array of rows for each grouping. */
  public static JsonObject of(
      Profile profile, DeviceInfo device, Roof roof, List<Grouping> groupings) {
    var json = new JsonObject();
    json.add("device", device(device));
    json.add("roof", roof(roof));
    json.add("step", step(profile));
    for (Grouping grouping : groupings) {
      var rows = new JsonArray();
      profile.rows(grouping, roof).forEach(row -> rows.add(row(row)));
      json.add(grouping.name().toLowerCase(Locale.ROOT), rows);
    }
    json.add("total", row(profile.total(roof)));
    return json;
  }

  private static JsonObject device(DeviceInfo device) {
    var json = new JsonObject();
    json.addProperty("id", device.id());
    json.addProperty("name", device.name());
    json.addProperty("platform", device.platform());
    json.addProperty("driver", device.driver());
    return json;
  }

  private static JsonObject roof(Roof roof) {
    var json = new JsonObject();
    json.addProperty("gflops", roof.flops() / 1e9);
    json.addProperty("gbps", roof.bandwidth() / 1e9);
    return json;
  }

  private static JsonObject step(Profile profile) {
    var json = new JsonObject();
    json.addProperty("measured", profile.steps().size());
    json.addProperty("wallMs", profile.wallSeconds() * 1e3);
    json.addProperty("hostMs", profile.hostSeconds() * 1e3);
    json.addProperty("busyMs", profile.busySeconds() * 1e3);
    json.addProperty("gapMs", profile.gapSeconds() * 1e3);
    json.addProperty("largestGapMs", profile.largestGapSeconds() * 1e3);
    json.addProperty("arenaBytes", profile.arenaBytes());
    return json;
  }

  private static JsonObject row(Row row) {
    var json = new JsonObject();
    json.addProperty("name", row.name());
    json.addProperty("launches", row.launches());
    json.addProperty("ms", row.seconds() * 1e3);
    json.addProperty("bestMs", row.bestSeconds() * 1e3);
    json.addProperty("share", row.share());
    json.addProperty("flops", row.flops());
    json.addProperty("bytes", row.bytes());
    json.addProperty("gflops", row.gflops());
    json.addProperty("gbps", row.gbps());
    json.addProperty("roof", row.ofRoof());
    return json;
  }
}
