// OpenCL, loaded at run time: the types, constants and entry points that Glimpse uses, declared
// here so that nothing of OpenCL is needed to build. Names and values are those of the Khronos
// headers (https://github.com/KhronosGroup/OpenCL-Headers, OpenCL 1.2); the constants drop the
// prefix CL_, with which they are macros there.
#pragma once

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

struct _cl_platform_id;
struct _cl_device_id;
struct _cl_context;
struct _cl_command_queue;
struct _cl_mem;
struct _cl_program;
struct _cl_kernel;
struct _cl_event;

namespace glimpse::opencl {

using cl_int = std::int32_t;
using cl_uint = std::uint32_t;
using cl_bitfield = std::uint64_t;
using cl_platform_id = ::_cl_platform_id*;
using cl_device_id = ::_cl_device_id*;
using cl_context = ::_cl_context*;
using cl_command_queue = ::_cl_command_queue*;
using cl_mem = ::_cl_mem*;
using cl_program = ::_cl_program*;
using cl_kernel = ::_cl_kernel*;
using cl_event = ::_cl_event*;

struct cl_buffer_region {
  std::size_t origin;
  std::size_t size;
};

constexpr cl_int SUCCESS = 0;
constexpr cl_int MEM_OBJECT_ALLOCATION_FAILURE = -4;
constexpr cl_int OUT_OF_RESOURCES = -5;
constexpr cl_int OUT_OF_HOST_MEMORY = -6;
constexpr cl_int INVALID_BUFFER_SIZE = -61;
constexpr cl_uint FALSE = 0;
constexpr cl_uint TRUE = 1;
constexpr cl_bitfield DEVICE_TYPE_CPU = 1 << 1;
constexpr cl_bitfield DEVICE_TYPE_GPU = 1 << 2;
constexpr cl_bitfield DEVICE_TYPE_ALL = 0xFFFFFFFF;
constexpr cl_uint PLATFORM_NAME = 0x0902;
constexpr cl_uint DEVICE_TYPE = 0x1000;
constexpr cl_uint DEVICE_MAX_COMPUTE_UNITS = 0x1002;
constexpr cl_uint DEVICE_MEM_BASE_ADDR_ALIGN = 0x1019;
constexpr cl_uint DEVICE_SINGLE_FP_CONFIG = 0x101B;
constexpr cl_bitfield FP_CORRECTLY_ROUNDED_DIVIDE_SQRT = 1 << 7;
constexpr cl_uint DEVICE_NAME = 0x102B;
constexpr cl_uint DEVICE_VENDOR = 0x102C;
constexpr cl_uint DRIVER_VERSION = 0x102D;
constexpr cl_uint DEVICE_PLATFORM = 0x1031;
constexpr cl_uint DEVICE_NATIVE_VECTOR_WIDTH_FLOAT = 0x103A;
constexpr std::intptr_t CONTEXT_PLATFORM = 0x1084;
constexpr cl_uint QUEUE_CONTEXT = 0x1090;
constexpr cl_uint QUEUE_DEVICE = 0x1091;
constexpr cl_uint QUEUE_PROPERTIES = 0x1093;
constexpr cl_bitfield QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE = 1 << 0;
constexpr cl_bitfield QUEUE_PROFILING_ENABLE = 1 << 1;
constexpr cl_bitfield MEM_READ_WRITE = 1 << 0;
constexpr cl_uint MEM_SIZE = 0x1102;
constexpr cl_uint MEM_CONTEXT = 0x1106;
constexpr cl_uint BUFFER_CREATE_TYPE_REGION = 0x1220;
constexpr cl_uint PROGRAM_BINARY_SIZES = 0x1165;
constexpr cl_uint PROGRAM_BINARIES = 0x1166;
constexpr cl_uint PROGRAM_BUILD_LOG = 0x1183;
constexpr cl_uint PROFILING_COMMAND_START = 0x1282;
constexpr cl_uint PROFILING_COMMAND_END = 0x1283;

// Names of entry points, with their types.
#define GLIMPSE_OPENCL_FUNCTIONS(FUNCTION)                                                        \
  FUNCTION(clGetPlatformIDs, cl_int, (cl_uint, cl_platform_id*, cl_uint*))                        \
  FUNCTION(clGetPlatformInfo, cl_int,                                                             \
           (cl_platform_id, cl_uint, std::size_t, void*, std::size_t*))                           \
  FUNCTION(clGetDeviceIDs, cl_int,                                                                \
           (cl_platform_id, cl_bitfield, cl_uint, cl_device_id*, cl_uint*))                       \
  FUNCTION(clGetDeviceInfo, cl_int, (cl_device_id, cl_uint, std::size_t, void*, std::size_t*))    \
  FUNCTION(clCreateContext, cl_context,                                                           \
           (const std::intptr_t*, cl_uint, const cl_device_id*,                                   \
            void (*)(const char*, const void*, std::size_t, void*), void*, cl_int*))              \
  FUNCTION(clRetainContext, cl_int, (cl_context))                                                 \
  FUNCTION(clReleaseContext, cl_int, (cl_context))                                                \
  FUNCTION(clCreateCommandQueue, cl_command_queue,                                                \
           (cl_context, cl_device_id, cl_bitfield, cl_int*))                                      \
  FUNCTION(clRetainCommandQueue, cl_int, (cl_command_queue))                                      \
  FUNCTION(clReleaseCommandQueue, cl_int, (cl_command_queue))                                     \
  FUNCTION(clGetCommandQueueInfo, cl_int,                                                         \
           (cl_command_queue, cl_uint, std::size_t, void*, std::size_t*))                         \
  FUNCTION(clCreateBuffer, cl_mem, (cl_context, cl_bitfield, std::size_t, void*, cl_int*))        \
  FUNCTION(clCreateSubBuffer, cl_mem, (cl_mem, cl_bitfield, cl_uint, const void*, cl_int*))       \
  FUNCTION(clRetainMemObject, cl_int, (cl_mem))                                                   \
  FUNCTION(clReleaseMemObject, cl_int, (cl_mem))                                                  \
  FUNCTION(clGetMemObjectInfo, cl_int, (cl_mem, cl_uint, std::size_t, void*, std::size_t*))       \
  FUNCTION(clCreateProgramWithSource, cl_program,                                                 \
           (cl_context, cl_uint, const char**, const std::size_t*, cl_int*))                      \
  FUNCTION(clCreateProgramWithBinary, cl_program,                                                 \
           (cl_context, cl_uint, const cl_device_id*, const std::size_t*, const unsigned char**,  \
            cl_int*, cl_int*))                                                                    \
  FUNCTION(clBuildProgram, cl_int,                                                                \
           (cl_program, cl_uint, const cl_device_id*, const char*, void (*)(cl_program, void*),   \
            void*))                                                                               \
  FUNCTION(clGetProgramInfo, cl_int, (cl_program, cl_uint, std::size_t, void*, std::size_t*))     \
  FUNCTION(clGetProgramBuildInfo, cl_int,                                                         \
           (cl_program, cl_device_id, cl_uint, std::size_t, void*, std::size_t*))                 \
  FUNCTION(clReleaseProgram, cl_int, (cl_program))                                                \
  FUNCTION(clCreateKernel, cl_kernel, (cl_program, const char*, cl_int*))                         \
  FUNCTION(clReleaseKernel, cl_int, (cl_kernel))                                                  \
  FUNCTION(clSetKernelArg, cl_int, (cl_kernel, cl_uint, std::size_t, const void*))                \
  FUNCTION(clEnqueueNDRangeKernel, cl_int,                                                        \
           (cl_command_queue, cl_kernel, cl_uint, const std::size_t*, const std::size_t*,         \
            const std::size_t*, cl_uint, const cl_event*, cl_event*))                             \
  FUNCTION(clEnqueueWriteBuffer, cl_int,                                                          \
           (cl_command_queue, cl_mem, cl_uint, std::size_t, std::size_t, const void*, cl_uint,    \
            const cl_event*, cl_event*))                                                          \
  FUNCTION(clEnqueueReadBuffer, cl_int,                                                           \
           (cl_command_queue, cl_mem, cl_uint, std::size_t, std::size_t, void*, cl_uint,          \
            const cl_event*, cl_event*))                                                          \
  FUNCTION(clEnqueueFillBuffer, cl_int,                                                           \
           (cl_command_queue, cl_mem, const void*, std::size_t, std::size_t, std::size_t,         \
            cl_uint, const cl_event*, cl_event*))                                                 \
  FUNCTION(clFlush, cl_int, (cl_command_queue))                                                   \
  FUNCTION(clFinish, cl_int, (cl_command_queue))                                                  \
  FUNCTION(clReleaseEvent, cl_int, (cl_event))                                                    \
  FUNCTION(clGetEventProfilingInfo, cl_int, (cl_event, cl_uint, std::size_t, void*, std::size_t*))

// The entry points, under their own names. Never unloaded: vendors' drivers do not survive that.
class Library {
 public:
  // Throws std::runtime_error, saying what to install, where there is no OpenCL.
  Library() {
#define GLIMPSE_LOAD(name, result, arguments) load(name, #name);
    GLIMPSE_OPENCL_FUNCTIONS(GLIMPSE_LOAD)
#undef GLIMPSE_LOAD
  }

#define GLIMPSE_DECLARE(name, result, arguments) result(*name) arguments;
  GLIMPSE_OPENCL_FUNCTIONS(GLIMPSE_DECLARE)
#undef GLIMPSE_DECLARE

 private:
#ifdef _WIN32
  using Handle = HMODULE;

  static Handle open() {
    if (Handle handle = LoadLibraryA("OpenCL.dll")) {
      return handle;
    }
    throw std::runtime_error("OpenCL is not installed: no OpenCL.dll; install your GPU's driver");
  }

  template <typename Function>
  void load(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(GetProcAddress(handle_, name));
    check(function != nullptr, name);
  }
#else
  using Handle = void*;

  static Handle open() {
    for (const char* name :
         {"libOpenCL.so.1", "libOpenCL.so", "/System/Library/Frameworks/OpenCL.framework/OpenCL"}) {
      if (Handle handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
        return handle;
      }
    }
    throw std::runtime_error(
        "OpenCL is not installed: no libOpenCL.so.1; install an OpenCL driver and its loader (on "
        "Debian and Ubuntu: apt-get install ocl-icd-libopencl1 pocl-opencl-icd)");
  }

  template <typename Function>
  void load(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(dlsym(handle_, name));
    check(function != nullptr, name);
  }
#endif

  static void check(bool found, const char* name) {
    if (!found) {
      throw std::runtime_error(std::string("the OpenCL library lacks ") + name);
    }
  }

  Handle handle_ = open();
};

// Throws std::runtime_error, naming the call, unless the status is SUCCESS.
inline void check(cl_int status, const char* call) {
  if (status != SUCCESS) {
    throw std::runtime_error(std::string(call) + " failed with status " + std::to_string(status));
  }
}

}  // namespace glimpse::opencl
