// An OpenCL device: its context, and one in-order queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "glimpse.h"
#include "opencl_library.h"

namespace glimpse::runtime {

// The library, loaded by the first call; throws Error where there is none.
const opencl::Library& opencl_library();

// Throws Error, naming the call, unless the status is SUCCESS.
void check(opencl::cl_int status, const std::string& call);

template <auto Release>
struct Releaser {
  template <typename T>
  void operator()(T* object) const {
    (opencl_library().*Release)(object);
  }
};

using ContextHandle = std::unique_ptr<_cl_context, Releaser<&opencl::Library::clReleaseContext>>;
using QueueHandle =
    std::unique_ptr<_cl_command_queue, Releaser<&opencl::Library::clReleaseCommandQueue>>;
using MemoryHandle = std::unique_ptr<_cl_mem, Releaser<&opencl::Library::clReleaseMemObject>>;
using ProgramHandle = std::unique_ptr<_cl_program, Releaser<&opencl::Library::clReleaseProgram>>;
using KernelHandle = std::unique_ptr<_cl_kernel, Releaser<&opencl::Library::clReleaseKernel>>;
using EventHandle = std::unique_ptr<_cl_event, Releaser<&opencl::Library::clReleaseEvent>>;

struct DeviceInfo {
  std::string id;  // as `glimpse devices` lists it; empty where the caller chose it
  std::string name;
  std::string platform;
  std::string driver;
  bool cpu = false;
  bool emulated = false;
  bool divides_exactly = false;  // where a program asks for it
  std::uint32_t compute_units = 1;
  std::uint64_t width = 1;  // operations at once, about
  std::uint32_t vector_width = 1;
};

// As glimpse_devices tells them.
std::vector<glimpse_device_info> list_devices();

class Device {
 public:
  // wanted: as in glimpse_options.
  explicit Device(const std::string& wanted);

  // The caller's; throws Error where the queue is not in order.
  Device(opencl::cl_context context, opencl::cl_command_queue queue);

  const DeviceInfo& info() const { return info_; }
  opencl::cl_device_id id() const { return id_; }
  opencl::cl_context context() const { return context_.get(); }
  opencl::cl_command_queue queue() const { return queue_.get(); }

  QueueHandle create_queue(opencl::cl_bitfield properties) const;
  MemoryHandle allocate(std::uint64_t bytes) const;
  MemoryHandle slice(opencl::cl_mem memory, std::uint64_t offset, std::uint64_t bytes) const;
  void clear(opencl::cl_mem memory, std::uint64_t bytes) const;

  // Both wait.
  void write(opencl::cl_mem target, std::uint64_t offset, const void* data,
             std::size_t bytes) const;
  void read(opencl::cl_mem source, void* data, std::size_t bytes) const;
  void finish() const;

 private:
  opencl::cl_device_id id_ = nullptr;
  DeviceInfo info_;
  ContextHandle context_;
  QueueHandle queue_;
};

}  // namespace glimpse::runtime
