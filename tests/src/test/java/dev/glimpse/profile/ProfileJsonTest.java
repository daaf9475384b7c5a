package dev.glimpse.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProfileJsonTest {
  private static final Roof ROOF = new Roof(2e11, 2e10);

  @Test
  void hasTheTablesAndTotals() {
    Profile profile = Subject.profile(2);
    DeviceInfo device = new DryDevice(DeviceInfo.Kind.CPU).info();
    List<Grouping> groupings = List.of(Grouping.KERNEL, Grouping.LAUNCH);
    JsonObject json = ProfileJson.of(profile, device, ROOF, groupings);
    assertEquals(Set.of("device", "roof", "step", "kernel", "launch", "total"), json.keySet());
    assertEquals("dry:0.0", json.getAsJsonObject("device").get("id").getAsString());
    assertEquals(200, json.getAsJsonObject("roof").get("gflops").getAsDouble(), 1e-9);
    assertEquals(20, json.getAsJsonObject("roof").get("gbps").getAsDouble(), 1e-9);
    assertEquals(
        Set.of("measured", "wallMs", "hostMs", "busyMs", "gapMs", "largestGapMs", "arenaBytes"),
        json.getAsJsonObject("step").keySet());
    assertEquals(profile.launches().size(), json.getAsJsonArray("launch").size());
    JsonObject first = json.getAsJsonArray("kernel").get(0).getAsJsonObject();
    assertEquals(
        Set.of(
            "name",
            "launches",
            "ms",
            "bestMs",
            "share",
            "flops",
            "bytes",
            "gflops",
            "gbps",
            "roof"),
        first.keySet());
    assertTrue(first.get("ms").getAsDouble() > 0);
    assertEquals(
        json.getAsJsonObject("step").get("busyMs").getAsDouble(),
        json.getAsJsonObject("total").get("ms").getAsDouble(),
        1e-9);
  }

  @Test
  void tableHasARowForEachKernel() {
    Profile profile = Subject.profile(2);
    String table = ProfileTable.of(profile, ROOF, List.of(Grouping.KERNEL));
    for (Row row : profile.rows(Grouping.KERNEL, ROOF)) {
      assertTrue(table.contains(row.name()), table);
    }
    assertTrue(table.contains("200 GFLOP/s"), table);
    assertTrue(table.contains(profile.launches().size() + " launches"), table);
  }
}
