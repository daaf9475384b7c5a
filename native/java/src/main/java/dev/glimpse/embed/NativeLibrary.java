package dev.glimpse.embed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.annotation.ByPtrPtr;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.MemberGetter;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * The C ABI of libglimpse: names and meanings are those of {@code glimpse.h}. It is linked by major
 * and minor version, which are its soname until 1.0.
 */
@Platform(include = "glimpse.h", link = "glimpse@.0.1")
@NoException
final class NativeLibrary {
  static {
    Loader.load();
  }

  private NativeLibrary() {}

  /** What libglimpse says is UTF-8, whatever the JVM's default is. */
  static String text(BytePointer utf8) {
    return utf8.getString(StandardCharsets.UTF_8);
  }

  @Opaque
  @Name("glimpse_model")
  static final class Model extends Pointer {
    Model() {
      super((Pointer) null);
    }
  }

  @Opaque
  @Name("glimpse_function")
  static final class Function extends Pointer {
    Function() {
      super((Pointer) null);
    }
  }

  @Name("glimpse_options")
  static final class Options extends Pointer {
    static {
      Loader.load();
    }

    Options() {
      super((Pointer) null);
      allocate();
    }

    private native void allocate();

    @MemberSetter
    native Options device(@Cast("const char*") BytePointer device);
  }

  @Name("glimpse_device_info")
  static final class DeviceInfo extends Pointer {
    static {
      Loader.load();
    }

    DeviceInfo(long count) {
      super((Pointer) null);
      allocateArray(count);
    }

    private native void allocateArray(long count);

    @MemberGetter
    @Cast("const char*")
    native BytePointer id();

    @MemberGetter
    @Cast("const char*")
    native BytePointer name();

    @MemberGetter
    @Cast("const char*")
    native BytePointer platform();

    @MemberGetter
    native int kind();
  }

  @Name("glimpse_tensor")
  static final class Tensor extends Pointer {
    static {
      Loader.load();
    }

    Tensor() {
      super((Pointer) null);
      allocate();
    }

    private native void allocate();

    @MemberGetter
    @Cast("const char*")
    native BytePointer name();

    @MemberGetter
    @Cast("size_t")
    native long count();
  }

  @Cast("const char*")
  static native BytePointer glimpse_error();

  static native String glimpse_status_name(int status);

  static native int glimpse_devices(
      DeviceInfo devices, @Cast("size_t") long capacity, SizeTPointer count);

  static native int glimpse_open(String path, @Const Options options, @ByPtrPtr Model model);

  /** The buffer is direct. */
  static native int glimpse_open_memory(
      @Cast("const void*") ByteBuffer bundle,
      @Cast("size_t") long size,
      @Const Options options,
      @ByPtrPtr Model model);

  static native void glimpse_close(Model model);

  @Cast("const char*")
  static native BytePointer glimpse_card(@Const Model model);

  static native int glimpse_images(
      @Const Model model,
      @Cast("uint32_t*") int[] height,
      @Cast("uint32_t*") int[] width,
      @Cast("uint32_t*") int[] channels,
      @Cast("uint32_t*") int[] classes);

  @Cast("size_t")
  static native long glimpse_function_count(@Const Model model);

  static native int glimpse_function_at(
      @Const Model model,
      @Cast("size_t") long index,
      @Cast("const char**") PointerPointer<BytePointer> name,
      @Cast("uint32_t*") int[] batch);

  static native int glimpse_function_open(
      Model model, String name, @Cast("uint32_t") int batch, @ByPtrPtr Function function);

  static native void glimpse_function_close(Function function);

  @Cast("uint32_t")
  static native int glimpse_batch(@Const Function function);

  @Cast("size_t")
  static native long glimpse_input_count(@Const Function function);

  static native int glimpse_input(
      @Const Function function, @Cast("size_t") long index, Tensor tensor);

  @Cast("size_t")
  static native long glimpse_output_count(@Const Function function);

  static native int glimpse_output(
      @Const Function function, @Cast("size_t") long index, Tensor tensor);

  static native int glimpse_write(
      Function function, String input, @Const float[] values, @Cast("size_t") long count);

  static native int glimpse_read(
      Function function, String output, float[] values, @Cast("size_t") long count);

  static native int glimpse_seed(Function function, @Cast("uint64_t") long seed);

  static native int glimpse_run(Function function);
}
