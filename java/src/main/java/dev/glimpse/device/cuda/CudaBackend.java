package dev.glimpse.device.cuda;

import dev.glimpse.device.Backend;
import dev.glimpse.device.CacheFolder;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.ProgramCache;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** CUDA through JavaCPP's presets. Device ids are {@code cuda:<device>}. */
public final class CudaBackend implements Backend {
  private static final Logger LOG = LoggerFactory.getLogger(CudaBackend.class);

  private final CudaLibraries libraries;
  private final ProgramCache programs;
  private final ProgramCache algorithms;
  private Optional<String> trouble;

  public CudaBackend() {
    this(
        CudaLibraries.ofUser(),
        ProgramCache.ofUser(),
        new ProgramCache(CacheFolder.named("algorithms")));
  }

  /**
   * @param programs that were compiled
   * @param algorithms of libraries that were measured to be the fastest
   */
  CudaBackend(CudaLibraries libraries, ProgramCache programs, ProgramCache algorithms) {
    this.libraries = libraries;
    this.programs = programs;
    this.algorithms = algorithms;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public List<DeviceInfo> devices() {
    if (trouble == null) {
      trouble = findTrouble();
    }
    return trouble.isPresent() ? List.of() : CudaDriver.devices();
  }

  /** Looked for once: loading again would fail again. Only the first step loads nothing. */
  private Optional<String> findTrouble() {
    if (!libraries.hasDriver()) {
      return Optional.of(CudaLibraries.noDriver());
    }
    Optional<String> found = libraries.loadRequired().or(CudaDriver::findTrouble);
    found.ifPresent(LOG::warn);
    return found;
  }

  @Override
  public String unavailableBecause() {
    return trouble == null ? "" : trouble.orElse("");
  }

  @Override
  public Device open(DeviceInfo wanted, DeviceOptions options) {
    if (!devices().stream().map(DeviceInfo::id).toList().contains(wanted.id())) {
      throw new DeviceException("NO_DEVICE", "device " + wanted.id() + " is gone");
    }
    int ordinal = Integer.parseInt(wanted.id().substring(name().length() + 1));
    DeviceInfo served = wanted.with(CudaCalls.load(libraries, options));
    return new CudaDevice(served, ordinal, options, programs, algorithms);
  }
}
