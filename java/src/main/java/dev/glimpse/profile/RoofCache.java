package dev.glimpse.profile;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import dev.glimpse.device.CacheFolder;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.ProgramCache;
import dev.glimpse.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * The roofs of devices on disk, measured once for each device, driver and source of the measuring
 * kernels. A file that cannot be read is measured again; one that cannot be written is no error.
 */
public final class RoofCache {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  private final Path folder;
  private final Function<Device, Roof> measure;

  /** A cache in a folder, which need not exist. */
  public RoofCache(Path folder) {
    this(folder, RoofMeasurement::measure);
  }

  RoofCache(Path folder, Function<Device, Roof> measure) {
    this.folder = folder;
    this.measure = measure;
  }

  /** The cache of the user who runs this. */
  public static RoofCache ofUser() {
    return new RoofCache(CacheFolder.named("roofs"));
  }

  /** What a file holds: the roof, and for the reader whose it is. */
  private record Entry(String device, String driver, double flops, double bandwidth) {}

  /** The roof of a device. */
  public Roof roof(Device device) {
    return load(device.info()).orElseGet(() -> remeasure(device));
  }

  /** The roof of a device, measured now. */
  public Roof remeasure(Device device) {
    Roof roof = measure.apply(device);
    store(device.info(), roof);
    return roof;
  }

  private Optional<Roof> load(DeviceInfo device) {
    try {
      Entry entry = GSON.fromJson(Files.readString(file(device)), Entry.class);
      return entry == null ? Optional.empty() : Optional.of(new Roof(entry.flops, entry.bandwidth));
    } catch (IOException | JsonParseException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void store(DeviceInfo device, Roof roof) {
    var entry = new Entry(device.name(), device.driver(), roof.flops(), roof.bandwidth());
    try {
      AtomicFiles.writeText(file(device), GSON.toJson(entry) + "\n");
    } catch (UncheckedIOException e) {
      // It is measured again next time.
      return;
    }
  }

  Path file(DeviceInfo device) {
    String key = ProgramCache.key(RoofMeasurement.source(device), "", device);
    return folder.resolve(key + ".json");
  }
}
