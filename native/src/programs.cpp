#include "programs.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <system_error>

#include "error.h"
#include "glimpse.h"
#include "sha256.h"

namespace glimpse::runtime {
namespace {

using namespace opencl;
namespace fs = std::filesystem;

constexpr std::size_t kMostLog = 2000;

// As java/.../device/opencl/OpenClPrograms.java, which says why.
const char* options(const DeviceInfo& device) {
  if (device.cpu) {
    return "-cl-std=CL1.2 -cl-denorms-are-zero";
  }
  return device.divides_exactly ? "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt"
                                : "-cl-std=CL1.2";
}

// Drivers that cache programs themselves. PoCL does, too, but runs the compiler's front end to find an
// entry: 40 ms for a program, where a binary takes 2.
bool driver_caches(const std::string& platform) {
  return platform.rfind("NVIDIA CUDA", 0) == 0 || platform.rfind("Intel(R) OpenCL", 0) == 0;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// As java/.../device/CacheFolder.java; empty where there is no home.
std::string user_cache() {
  const std::string own = environment("GLIMPSE_CACHE");
  if (!own.empty()) {
    return own + "/programs";
  }
  const std::string xdg = environment("XDG_CACHE_HOME");
  if (!xdg.empty()) {
    return xdg + "/glimpse/programs";
  }
#ifdef _WIN32
  const std::string home = environment("USERPROFILE");
#else
  const std::string home = environment("HOME");
#endif
  return home.empty() ? "" : home + "/.cache/glimpse/programs";
}

std::string key(const std::string& source, const DeviceInfo& device) {
  std::string all;
  for (const std::string& part :
       {source, std::string(options(device)), device.name, device.platform, device.driver}) {
    all += part;
    all += '\0';
  }
  return sha256(all);
}

// A cached file ends with the hash of what comes before, as java/.../device/ProgramCache.java has it.
bool remove_checksum(std::string& file) {
  const std::size_t digits = sha256("").size();
  if (file.size() <= digits) {
    return false;
  }
  const std::string expected = file.substr(file.size() - digits);
  file.resize(file.size() - digits);
  return sha256(file) == expected;
}

}  // namespace

Programs::Programs(const Device& device, const Bundle& bundle)
    : device_(device), bundle_(bundle), built_(bundle.programs.size()) {
  if (!driver_caches(device.info().platform)) {
    cache_folder_ = user_cache();
  }
}

KernelHandle Programs::create_kernel(std::uint32_t kernel) {
  const Kernel& wanted = bundle_.kernels[kernel];
  cl_int status = SUCCESS;
  KernelHandle created(opencl_library().clCreateKernel(program(wanted.program),
                                                       wanted.entry.c_str(), &status));
  check(status, "clCreateKernel of " + wanted.entry);
  return created;
}

cl_program Programs::program(std::uint32_t index) {
  if (!built_[index]) {
    built_[index] = build(index);
  }
  return built_[index].get();
}

ProgramHandle Programs::build(std::uint32_t index) const {
  const Program& program = bundle_.programs[index];
  const SourceFile& file = bundle_.sources[program.source];
  const std::string source = program.definitions + file.text;
  if (cache_folder_.empty()) {
    return from_source(source, file);
  }
  const std::string name = key(source, device_.info());
  ProgramHandle built = from_binary(name);
  if (!built) {
    built = from_source(source, file);
    store(name, built.get());
  }
  return built;
}

ProgramHandle Programs::from_source(const std::string& source, const SourceFile& file) const {
  const Library& cl = opencl_library();
  const char* text = source.c_str();
  const std::size_t length = source.size();
  const cl_device_id device = device_.id();
  cl_int status = SUCCESS;
  ProgramHandle program(
      cl.clCreateProgramWithSource(device_.context(), 1, &text, &length, &status));
  check(status, "clCreateProgramWithSource");
  status = cl.clBuildProgram(program.get(), 1, &device, options(device_.info()), nullptr, nullptr);
  if (status != SUCCESS) {
    throw Error(GLIMPSE_DEVICE, file.name + " does not compile for " + device_.info().name +
                                    " (OpenCL's status " + std::to_string(status) + "):\n" +
                                    build_log(program.get()));
  }
  return program;
}

std::string Programs::build_log(cl_program program) const {
  const Library& cl = opencl_library();
  std::size_t size = 0;
  cl.clGetProgramBuildInfo(program, device_.id(), PROGRAM_BUILD_LOG, 0, nullptr, &size);
  std::string log(size, '\0');
  cl.clGetProgramBuildInfo(program, device_.id(), PROGRAM_BUILD_LOG, size, log.data(), nullptr);
  log.resize(std::min(log.find('\0'), log.size()));
  return log.substr(0, kMostLog);
}

// None where there is none, it is not what was stored, or the driver refuses it: drivers need not,
// and PoCL ends the process over a damaged one.
ProgramHandle Programs::from_binary(const std::string& key) const {
  std::ifstream stream(fs::path(cache_folder_) / key, std::ios::binary);
  std::string binary{std::istreambuf_iterator<char>(stream), {}};
  if (!remove_checksum(binary)) {
    return nullptr;
  }
  const Library& cl = opencl_library();
  const cl_device_id device = device_.id();
  const std::size_t size = binary.size();
  const auto* bytes = reinterpret_cast<const unsigned char*>(binary.data());
  cl_int status = SUCCESS;
  cl_int loaded = SUCCESS;
  ProgramHandle program(cl.clCreateProgramWithBinary(device_.context(), 1, &device, &size, &bytes,
                                                     &loaded, &status));
  const bool usable = status == SUCCESS && loaded == SUCCESS &&
                      cl.clBuildProgram(program.get(), 1, &device, options(device_.info()), nullptr,
                                        nullptr) == SUCCESS;
  return usable ? std::move(program) : nullptr;
}

// Only ever a short cut: whatever goes wrong here, the next process compiles from source.
void Programs::store(const std::string& key, cl_program program) const {
  const Library& cl = opencl_library();
  std::size_t size = 0;
  if (cl.clGetProgramInfo(program, PROGRAM_BINARY_SIZES, sizeof size, &size, nullptr) != SUCCESS ||
      size == 0) {
    return;
  }
  std::string binary(size, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(binary.data());
  if (cl.clGetProgramInfo(program, PROGRAM_BINARIES, sizeof bytes, &bytes, nullptr) != SUCCESS) {
    return;
  }
  std::error_code ignored;
  fs::create_directories(cache_folder_, ignored);
  const fs::path file = fs::path(cache_folder_) / key;
  fs::path temporary = file;
  temporary += ".tmp" + std::to_string(std::random_device{}());
  std::ofstream stream(temporary, std::ios::binary);
  stream << binary << sha256(binary);
  stream.close();
  std::error_code failed;
  if (stream) {
    fs::rename(temporary, file, failed);
  }
  if (!stream || failed) {
    fs::remove(temporary, ignored);
  }
}

}  // namespace glimpse::runtime
