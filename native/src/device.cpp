#include "device.h"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <set>
#include <vector>

#include "error.h"
#include "glimpse.h"

namespace glimpse::runtime {
namespace {

using namespace opencl;

// An OpenCL text: asked for its size first, then for its characters; trimmed.
template <typename Query>
std::string text(const Query& query, const char* call) {
  std::size_t size = 0;
  runtime::check(query(0, nullptr, &size), call);
  std::string value(size, '\0');
  runtime::check(query(size, value.data(), nullptr), call);
  value.erase(std::remove(value.begin(), value.end(), '\0'), value.end());
  const std::size_t first = value.find_first_not_of(" \t\r\n");
  const std::size_t last = value.find_last_not_of(" \t\r\n");
  return first == std::string::npos ? "" : value.substr(first, last - first + 1);
}

std::string text(cl_device_id device, cl_uint parameter) {
  return text(
      [&](std::size_t size, void* value, std::size_t* needed) {
        return opencl_library().clGetDeviceInfo(device, parameter, size, value, needed);
      },
      "clGetDeviceInfo");
}

template <typename T>
T number(cl_device_id device, cl_uint parameter) {
  T value{};
  runtime::check(
      opencl_library().clGetDeviceInfo(device, parameter, sizeof value, &value, nullptr),
      "clGetDeviceInfo");
  return value;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Those of a compute unit, about, as java/.../device/DeviceInfo.java has them.
std::uint64_t lanes(const DeviceInfo& info, const std::string& vendor) {
  if (info.cpu) {
    return 1;
  }
  if (vendor.find("nvidia") != std::string::npos) {
    return 128;
  }
  const bool amd = vendor.find("amd") != std::string::npos ||
                   vendor.find("advanced micro") != std::string::npos;
  return !amd && vendor.find("intel") != std::string::npos ? 8 : 64;
}

DeviceInfo describe(cl_device_id device, const std::string& id) {
  DeviceInfo info;
  info.id = id;
  info.name = text(device, DEVICE_NAME);
  const auto platform = number<cl_platform_id>(device, DEVICE_PLATFORM);
  info.platform = text(
      [&](std::size_t size, void* value, std::size_t* needed) {
        return opencl_library().clGetPlatformInfo(platform, PLATFORM_NAME, size, value, needed);
      },
      "clGetPlatformInfo");
  info.driver = text(device, DRIVER_VERSION);
  const auto type = number<cl_bitfield>(device, DEVICE_TYPE);
  info.emulated = info.name.find("llvmpipe") != std::string::npos ||
                  (type & (DEVICE_TYPE_CPU | DEVICE_TYPE_GPU)) == 0;
  info.cpu = (type & DEVICE_TYPE_CPU) != 0 && !info.emulated;
  info.divides_exactly = (number<cl_bitfield>(device, DEVICE_SINGLE_FP_CONFIG) &
                          FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
  info.compute_units = number<cl_uint>(device, DEVICE_MAX_COMPUTE_UNITS);
  info.width = info.compute_units * lanes(info, lower(text(device, DEVICE_VENDOR)));
  info.vector_width =
      std::max<cl_uint>(1, number<cl_uint>(device, DEVICE_NATIVE_VECTOR_WIDTH_FLOAT));
  return info;
}

struct Found {
  cl_device_id device;
  DeviceInfo info;
};

// All devices, best first: GPUs before CPUs, emulated ones last. Platforms without devices exist.
std::vector<Found> find_devices() {
  const Library& cl = opencl_library();
  std::vector<Found> found;
  cl_uint platform_count = 0;
  cl.clGetPlatformIDs(0, nullptr, &platform_count);  // fails where there are none
  std::vector<cl_platform_id> platforms(platform_count);
  if (platform_count > 0) {
    runtime::check(cl.clGetPlatformIDs(platform_count, platforms.data(), nullptr),
                   "clGetPlatformIDs");
  }
  for (std::size_t p = 0; p < platforms.size(); ++p) {
    cl_uint count = 0;
    cl.clGetDeviceIDs(platforms[p], DEVICE_TYPE_ALL, 0, nullptr, &count);
    std::vector<cl_device_id> devices(count);
    if (count > 0) {
      runtime::check(
          cl.clGetDeviceIDs(platforms[p], DEVICE_TYPE_ALL, count, devices.data(), nullptr),
          "clGetDeviceIDs");
    }
    for (std::size_t d = 0; d < devices.size(); ++d) {
      const std::string id = "opencl:" + std::to_string(p) + "." + std::to_string(d);
      try {
        found.push_back({devices[d], describe(devices[d], id)});
      } catch (const Error&) {  // A driver that does not answer is not to hide the others.
      }
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    if (a.info.emulated != b.info.emulated) {
      return b.info.emulated;
    }
    if (a.info.cpu != b.info.cpu) {
      return b.info.cpu;
    }
    return a.info.width > b.info.width;
  });
  return found;
}

bool matches(const DeviceInfo& device, const std::string& wanted) {
  if (wanted == "best") {
    return !device.emulated;
  }
  if (wanted == "cpu" || wanted == "gpu") {
    return !device.emulated && device.cpu == (wanted == "cpu");
  }
  return device.id == wanted || lower(device.name).find(lower(wanted)) != std::string::npos;
}

Found choose(const std::string& wanted) {
  const std::vector<Found> devices = find_devices();
  for (const Found& found : devices) {
    if (matches(found.info, wanted)) {
      return found;
    }
  }
  if (devices.empty()) {
    throw Error(GLIMPSE_NO_DEVICE,
                "OpenCL has no driver: install your GPU's or, for the CPU, PoCL (on Debian and "
                "Ubuntu: apt-get install pocl-opencl-icd)");
  }
  std::string message = "no device matches '" + wanted + "'; there is";
  for (const Found& found : devices) {
    message += " " + found.info.id + " (" + found.info.name + ")";
  }
  throw Error(GLIMPSE_NO_DEVICE, message);
}

// The text, for as long as the library is loaded.
const char* kept(const std::string& text) {
  static std::mutex mutex;
  static std::set<std::string> texts;
  const std::lock_guard<std::mutex> lock(mutex);
  return texts.insert(text).first->c_str();
}

template <typename T>
T queue_info(cl_command_queue queue, cl_uint parameter) {
  T value{};
  runtime::check(
      opencl_library().clGetCommandQueueInfo(queue, parameter, sizeof value, &value, nullptr),
      "clGetCommandQueueInfo");
  return value;
}

}  // namespace

const opencl::Library& opencl_library() {
  try {
    static const opencl::Library library;
    return library;
  } catch (const std::runtime_error& error) {
    throw Error(GLIMPSE_NO_OPENCL, error.what());
  }
}

void check(cl_int status, const std::string& call) {
  if (status == SUCCESS) {
    return;
  }
  const std::string message = call + " failed with OpenCL's status " + std::to_string(status);
  switch (status) {
    case OUT_OF_RESOURCES:  // with some drivers, whatever went wrong in a kernel
      throw Error(GLIMPSE_OUT_OF_MEMORY,
                  message +
                      ": the device has not enough memory, or a kernel failed on it; use a "
                      "smaller batch and, if that fails too, another device or driver");
    case MEM_OBJECT_ALLOCATION_FAILURE:
    case OUT_OF_HOST_MEMORY:
    case INVALID_BUFFER_SIZE:
      throw Error(GLIMPSE_OUT_OF_MEMORY,
                  message + ": the device has not enough memory; use a smaller batch");
    default:
      throw Error(GLIMPSE_DEVICE, message);
  }
}

std::vector<glimpse_device_info> list_devices() {
  std::vector<glimpse_device_info> devices;
  for (const Found& found : find_devices()) {
    const DeviceInfo& info = found.info;
    const int kind = info.emulated ? GLIMPSE_KIND_OTHER
                     : info.cpu    ? GLIMPSE_KIND_CPU
                                   : GLIMPSE_KIND_GPU;
    devices.push_back({kept(info.id), kept(info.name), kept(info.platform), kind});
  }
  return devices;
}

Device::Device(const std::string& wanted) {
  const Found found = choose(wanted);
  id_ = found.device;
  info_ = found.info;
  const auto platform = number<cl_platform_id>(id_, DEVICE_PLATFORM);
  const std::intptr_t properties[] = {CONTEXT_PLATFORM, reinterpret_cast<std::intptr_t>(platform),
                                      0};
  cl_int status = SUCCESS;
  context_.reset(
      opencl_library().clCreateContext(properties, 1, &id_, nullptr, nullptr, &status));
  runtime::check(status, "clCreateContext");
  queue_ = create_queue(0);
}

Device::Device(cl_context context, cl_command_queue queue) {
  const Library& cl = opencl_library();
  if (queue_info<cl_context>(queue, QUEUE_CONTEXT) != context) {
    throw Error(GLIMPSE_INVALID_ARGUMENT, "the queue belongs to another context");
  }
  if ((queue_info<cl_bitfield>(queue, QUEUE_PROPERTIES) & QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE) !=
      0) {
    throw Error(GLIMPSE_INVALID_ARGUMENT, "the queue does not run in order");
  }
  id_ = queue_info<cl_device_id>(queue, QUEUE_DEVICE);
  info_ = describe(id_, "");
  runtime::check(cl.clRetainContext(context), "clRetainContext");
  context_.reset(context);
  runtime::check(cl.clRetainCommandQueue(queue), "clRetainCommandQueue");
  queue_.reset(queue);
}

QueueHandle Device::create_queue(cl_bitfield properties) const {
  cl_int status = SUCCESS;
  QueueHandle queue(opencl_library().clCreateCommandQueue(context(), id_, properties, &status));
  runtime::check(status, "clCreateCommandQueue");
  return queue;
}

MemoryHandle Device::allocate(std::uint64_t bytes) const {
  if (bytes > SIZE_MAX) {
    throw Error(GLIMPSE_OUT_OF_MEMORY, std::to_string(bytes) + " bytes are more than there can be");
  }
  cl_int status = SUCCESS;
  MemoryHandle memory(opencl_library().clCreateBuffer(
      context(), MEM_READ_WRITE, static_cast<std::size_t>(bytes), nullptr, &status));
  runtime::check(status, "clCreateBuffer of " + std::to_string(bytes) + " bytes");
  return memory;
}

MemoryHandle Device::slice(cl_mem memory, std::uint64_t offset, std::uint64_t bytes) const {
  const cl_buffer_region region = {static_cast<std::size_t>(offset),
                                   static_cast<std::size_t>(bytes)};
  cl_int status = SUCCESS;
  MemoryHandle part(opencl_library().clCreateSubBuffer(memory, MEM_READ_WRITE,
                                                       BUFFER_CREATE_TYPE_REGION, &region,
                                                       &status));
  runtime::check(status, "clCreateSubBuffer");
  return part;
}

void Device::clear(cl_mem memory, std::uint64_t bytes) const {
  const unsigned char zero = 0;
  runtime::check(
      opencl_library().clEnqueueFillBuffer(queue(), memory, &zero, 1, 0,
                                           static_cast<std::size_t>(bytes), 0, nullptr, nullptr),
      "clEnqueueFillBuffer");
}

void Device::write(cl_mem target, std::uint64_t offset, const void* data,
                   std::size_t bytes) const {
  runtime::check(opencl_library().clEnqueueWriteBuffer(queue(), target, TRUE,
                                                       static_cast<std::size_t>(offset), bytes,
                                                       data, 0, nullptr, nullptr),
                 "clEnqueueWriteBuffer");
}

void Device::read(cl_mem source, void* data, std::size_t bytes) const {
  runtime::check(opencl_library().clEnqueueReadBuffer(queue(), source, TRUE, 0, bytes, data, 0,
                                                      nullptr, nullptr),
                 "clEnqueueReadBuffer");
}

void Device::finish() const { runtime::check(opencl_library().clFinish(queue()), "clFinish"); }

}  // namespace glimpse::runtime
