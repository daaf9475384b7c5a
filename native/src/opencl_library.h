// OpenCL, loaded at run time: the types, constants and entry points that Glimpse uses, declared
// here so that nothing of OpenCL is needed to build. Names and values are those of the Khronos
// headers (https://github.com/KhronosGroup/OpenCL-Headers, OpenCL 1.2); the constants drop the
// prefix CL_, with which they are macros there.
#pragma once

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace glimpse::opencl {

using cl_int = std::int32_t;
using cl_uint = std::uint32_t;
using cl_bitfield = std::uint64_t;
using cl_platform_id = struct Platform*;
using cl_device_id = struct Device*;
using cl_context = struct Context*;
using cl_program = struct Program*;

constexpr cl_int SUCCESS = 0;
constexpr cl_bitfield DEVICE_TYPE_ALL = 0xFFFFFFFF;
constexpr cl_uint PLATFORM_NAME = 0x0902;
constexpr cl_uint DEVICE_NAME = 0x102B;
constexpr cl_uint PROGRAM_BUILD_LOG = 0x1183;

// The entry points, under their own names. Never unloaded: vendors' drivers do not survive that.
class Library {
 public:
  // Throws std::runtime_error, saying what to install, where there is no OpenCL.
  Library() {
    load(clGetPlatformIDs, "clGetPlatformIDs");
    load(clGetPlatformInfo, "clGetPlatformInfo");
    load(clGetDeviceIDs, "clGetDeviceIDs");
    load(clGetDeviceInfo, "clGetDeviceInfo");
    load(clCreateContext, "clCreateContext");
    load(clReleaseContext, "clReleaseContext");
    load(clCreateProgramWithSource, "clCreateProgramWithSource");
    load(clBuildProgram, "clBuildProgram");
    load(clGetProgramBuildInfo, "clGetProgramBuildInfo");
    load(clReleaseProgram, "clReleaseProgram");
  }

  cl_int (*clGetPlatformIDs)(cl_uint, cl_platform_id*, cl_uint*);
  cl_int (*clGetPlatformInfo)(cl_platform_id, cl_uint, std::size_t, void*, std::size_t*);
  cl_int (*clGetDeviceIDs)(cl_platform_id, cl_bitfield, cl_uint, cl_device_id*, cl_uint*);
  cl_int (*clGetDeviceInfo)(cl_device_id, cl_uint, std::size_t, void*, std::size_t*);
  cl_context (*clCreateContext)(const std::intptr_t*, cl_uint, const cl_device_id*,
                                void (*)(const char*, const void*, std::size_t, void*), void*,
                                cl_int*);
  cl_int (*clReleaseContext)(cl_context);
  cl_program (*clCreateProgramWithSource)(cl_context, cl_uint, const char**, const std::size_t*,
                                          cl_int*);
  cl_int (*clBuildProgram)(cl_program, cl_uint, const cl_device_id*, const char*,
                           void (*)(cl_program, void*), void*);
  cl_int (*clGetProgramBuildInfo)(cl_program, cl_device_id, cl_uint, std::size_t, void*,
                                  std::size_t*);
  cl_int (*clReleaseProgram)(cl_program);

 private:
  static void* open() {
    for (const char* name :
         {"libOpenCL.so.1", "libOpenCL.so", "/System/Library/Frameworks/OpenCL.framework/OpenCL"}) {
      if (void* handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
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
    if (function == nullptr) {
      throw std::runtime_error(std::string("the OpenCL library lacks ") + name);
    }
  }

  void* handle_ = open();
};

// Throws std::runtime_error, naming the call, unless the status is SUCCESS.
inline void check(cl_int status, const char* call) {
  if (status != SUCCESS) {
    throw std::runtime_error(std::string(call) + " failed with status " + std::to_string(status));
  }
}

}  // namespace glimpse::opencl
