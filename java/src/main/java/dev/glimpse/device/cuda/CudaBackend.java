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
  private List<DeviceInfo> devices;
  private String trouble = "";

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
    if (devices == null) {
      devices = find();
    }
    return devices;
  }

  /** Looked for once: loading again would fail again. Only the first step loads nothing. */
  private List<DeviceInfo> find() {
    if (!libraries.hasDriver()) {
      trouble = CudaLibraries.noDriver();
      return List.of();
    }
    Optional<String> found = libraries.loadRequired().or(CudaDriver::findTrouble);
    if (found.isPresent()) {
      trouble = found.get();
      LOG.warn(trouble);
      return List.of();
    }
    return CudaDriver.devices().stream().filter(this::compiles).toList();
  }

  /** Whether there is a compiler for a device: this one's knows no architecture before Turing. */
  private boolean compiles(DeviceInfo device) {
    Optional<String> missing = CudaPrograms.missing(device, handle(device));
    if (missing.isPresent()) {
      trouble = missing.get();
      LOG.warn(trouble);
    }
    return missing.isEmpty();
  }

  private int handle(DeviceInfo device) {
    return CudaDriver.handle(Integer.parseInt(device.id().substring(name().length() + 1)));
  }

  @Override
  public String unavailableBecause() {
    return trouble;
  }

  @Override
  public Device open(DeviceInfo wanted, DeviceOptions options) {
    if (!devices().stream().map(DeviceInfo::id).toList().contains(wanted.id())) {
      throw new DeviceException("NO_DEVICE", "device " + wanted.id() + " is gone");
    }
    int handle = handle(wanted);
    DeviceOptions resolved = CudaCalls.resolve(options, wanted, handle);
    DeviceInfo served = wanted.with(CudaCalls.load(libraries, resolved));
    return new CudaDevice(served, handle, resolved, programs, algorithms);
  }
}
