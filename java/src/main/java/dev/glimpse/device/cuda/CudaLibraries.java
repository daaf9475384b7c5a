package dev.glimpse.device.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and loads NVIDIA's libraries. They may lie in the folders of {@code GLIMPSE_CUDA_LIBS},
 * where the system's loader looks, or in the presets' redist artifacts on the class path.
 *
 * <p>A library of those folders is loaded by its path before the presets ask for it: the loader
 * knows a library by its name, and then takes the one that is there.
 */
final class CudaLibraries {
  private static final Logger LOG = LoggerFactory.getLogger(CudaLibraries.class);
  private static final String DRIVER = "libcuda.so.1";

  /** Where a driver lies that the cache of the system's loader does not tell of. */
  private static final List<Path> DRIVER_FOLDERS =
      Stream.of(
              "/usr/lib/wsl/lib",
              "/run/opengl-driver/lib",
              "/usr/local/nvidia/lib64",
              "/usr/local/nvidia/lib")
          .map(Path::of)
          .toList();

  /**
   * Each library that is needed before those behind it. Of cuDNN also the parts that it looks for
   * by itself: the presets would load those of another cuDNN where the system has one.
   */
  private enum Part {
    RUNTIME("libcudart.so.13", DRIVER, "libcudart.so.13"),
    COMPILER("libnvrtc.so.13", "libnvrtc.so.13"),
    BLAS("libcublas.so.13", "libcublasLt.so.13", "libcublas.so.13"),
    DNN(
        "libcudnn.so.9",
        "libcudnn_graph.so.9",
        "libcudnn_engines_precompiled.so.9",
        "libcudnn_engines_runtime_compiled.so.9",
        "libcudnn_heuristic.so.9",
        "libcudnn_ops.so.9",
        "libcudnn_adv.so.9",
        "libcudnn_cnn.so.9",
        "libcudnn.so.9");

    private final String title;
    private final List<String> files;

    Part(String title, String... files) {
      this.title = title;
      this.files = List.of(files);
    }
  }

  private final List<Path> folders;

  CudaLibraries(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  /** Those that {@code GLIMPSE_CUDA_LIBS} tells of: folders with a colon between them. */
  static CudaLibraries ofUser() {
    return new CudaLibraries(folders(System.getenv("GLIMPSE_CUDA_LIBS")));
  }

  private static List<Path> folders(String list) {
    return list == null
        ? List.of()
        : Stream.of(list.split(File.pathSeparator))
            .filter(folder -> !folder.isBlank())
            .map(Path::of)
            .toList();
  }

  /** Whether there is a driver; looks for its file, and loads nothing. */
  boolean hasDriver() {
    return find(DRIVER).isPresent() || systemKnowsDriver();
  }

  /** The cache of the system's loader is a table of names, and the paths to which they lead. */
  private static boolean systemKnowsDriver() {
    try {
      String cache = Files.readString(Path.of("/etc/ld.so.cache"), StandardCharsets.ISO_8859_1);
      return cache.contains("/" + DRIVER + "\0");
    } catch (IOException e) {
      return false;
    }
  }

  /** What {@link CudaBackend} says where {@link #hasDriver} finds nothing. */
  static String noDriver() {
    return "CUDA has no driver (" + DRIVER + "): install NVIDIA's, version 580 or newer.";
  }

  /**
   * Loads what every CUDA device needs: driver, runtime and NVRTC.
   *
   * @return what is missing and how to get it, if anything is
   */
  Optional<String> loadRequired() {
    return load(Part.RUNTIME, org.bytedeco.cuda.global.cudart.class)
        .or(() -> load(Part.COMPILER, org.bytedeco.cuda.global.nvrtc.class));
  }

  Optional<String> loadBlas() {
    return load(Part.BLAS, org.bytedeco.cuda.global.cublas.class);
  }

  Optional<String> loadDnn() {
    return load(Part.DNN, org.bytedeco.cuda.global.cudnn.class);
  }

  private Optional<String> load(Part part, Class<?> binding) {
    try {
      if (part == Part.COMPILER) {
        loadCompilerBuiltins();
      }
      for (String file : part.files) {
        find(file).ifPresent(CudaLibraries::load);
      }
      org.bytedeco.javacpp.Loader.load(binding);
      return Optional.empty();
    } catch (LinkageError e) {
      LOG.debug("{} is missing", part.title, e);
      return Optional.of(missing(part, e) + otherVersion(part));
    }
  }

  /** A file that the system's loader would not find, or not first. */
  private Optional<Path> find(String file) {
    var candidates = new ArrayList<>(folders);
    if (file.equals(DRIVER) && !systemKnowsDriver()) {
      candidates.addAll(folders(System.getenv("LD_LIBRARY_PATH")));
      candidates.addAll(DRIVER_FOLDERS);
    }
    return candidates.stream()
        .map(folder -> folder.resolve(file))
        .filter(Files::exists)
        .findFirst();
  }

  /** NVRTC asks for its second library when it first compiles, by a name with its own version. */
  private void loadCompilerBuiltins() {
    for (Path folder : folders) {
      if (Files.exists(folder.resolve(Part.COMPILER.title))) {
        try (DirectoryStream<Path> builtins =
            Files.newDirectoryStream(folder, "libnvrtc-builtins.so.*")) {
          builtins.forEach(CudaLibraries::load);
        } catch (IOException e) {
          LOG.debug("cannot read {}", folder, e);
        }
        return;
      }
    }
  }

  private static void load(Path library) {
    System.load(library.toAbsolutePath().toString());
    LOG.debug("loaded {}", library);
  }

  /** What the folders have in its place, in a sentence: CUDA 12's, for example. */
  private String otherVersion(Part part) {
    String unversioned = part.title.substring(0, part.title.lastIndexOf('.') + 1);
    for (Path folder : folders) {
      try (DirectoryStream<Path> others =
          Files.newDirectoryStream(folder, unversioned + "[0-9]*")) {
        for (Path other : others) {
          if (!other.endsWith(part.title)) {
            return " Of another version is " + other + ".";
          }
        }
      } catch (IOException e) {
        LOG.debug("cannot read {}", folder, e);
      }
    }
    return "";
  }

  private static String missing(Part part, LinkageError error) {
    // JavaCPP's own says only that it tried everything; the cause names what is missing.
    Throwable cause = error.getCause() == null ? error : error.getCause();
    String loader = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return ("CUDA is not complete, %s does not load (%s): install CUDA 13 and cuDNN 9, or name the"
            + " folders of these libraries in GLIMPSE_CUDA_LIBS (pip has them: nvidia-cuda-runtime,"
            + " nvidia-cuda-nvrtc, nvidia-cublas, nvidia-cudnn-cu13).")
        .formatted(part.title, loader);
  }
}
