// Compiles every kernel file of a folder, for CPUs and for GPUs, as it is and with each of its
// switches (#ifndef NAME, #define NAME 0) turned on, on the first OpenCL device. Exit status: 0 when all compile without a warning, 1 otherwise, 2 when misused.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include "opencl_library.h"

namespace {

namespace cl = glimpse::opencl;
namespace fs = std::filesystem;

std::vector<fs::path> kernel_files(const fs::path& folder) {
  std::vector<fs::path> files;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".cl") {
        files.push_back(entry.path().filename());
      }
    }
  }
  if (files.empty()) {
    throw std::runtime_error("no kernel files (*.cl) in " + folder.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw std::runtime_error("cannot read " + file.string());
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The options that a file is compiled with: none, then one for each switch.
std::vector<std::string> switches(const std::string& source) {
  static const std::regex pattern("#ifndef ([A-Z_]+)\\s+#define [A-Z_]+ 0\\s");
  std::vector<std::string> options{""};
  for (std::sregex_iterator match(source.begin(), source.end(), pattern), end; match != end;
       ++match) {
    options.push_back(" -D" + (*match)[1].str() + "=1");
  }
  return options;
}

// An OpenCL string: asked for its size first, then for its text, without the closing zero.
template <typename Query>
std::string text(const Query& query) {
  std::size_t size = 0;
  cl::check(query(0, nullptr, &size), "an OpenCL query");
  std::string value(size, '\0');
  cl::check(query(size, value.data(), nullptr), "an OpenCL query");
  return value.c_str();
}

class Compiler {
 public:
  Compiler() : device_(first_device()) {
    cl::cl_int status = cl::SUCCESS;
    context_ = cl_.clCreateContext(nullptr, 1, &device_, nullptr, nullptr, &status);
    cl::check(status, "clCreateContext");
  }
  ~Compiler() { cl_.clReleaseContext(context_); }
  Compiler(const Compiler&) = delete;
  Compiler& operator=(const Compiler&) = delete;

  std::string device_name() const {
    return text([&](std::size_t size, void* value, std::size_t* needed) {
      return cl_.clGetDeviceInfo(device_, cl::DEVICE_NAME, size, value, needed);
    });
  }

  struct Outcome {
    bool ok;
    std::string log;
  };

  Outcome compile(const std::string& source, const std::string& options) const {
    const char* text_pointer = source.c_str();
    const std::size_t length = source.size();
    cl::cl_int status = cl::SUCCESS;
    cl::cl_program program =
        cl_.clCreateProgramWithSource(context_, 1, &text_pointer, &length, &status);
    cl::check(status, "clCreateProgramWithSource");
    const bool built =
        cl_.clBuildProgram(program, 1, &device_, options.c_str(), nullptr, nullptr) == cl::SUCCESS;
    const std::string log = text([&](std::size_t size, void* value, std::size_t* needed) {
      return cl_.clGetProgramBuildInfo(program, device_, cl::PROGRAM_BUILD_LOG, size, value,
                                       needed);
    });
    cl_.clReleaseProgram(program);
    return {built && !has_warning(log), log};
  }

 private:
  // Platforms without devices exist (Mesa's Clover): they are passed over.
  cl::cl_device_id first_device() const {
    cl::cl_uint count = 0;
    cl_.clGetPlatformIDs(0, nullptr, &count);
    std::vector<cl::cl_platform_id> platforms(count);
    if (count > 0) {
      cl::check(cl_.clGetPlatformIDs(count, platforms.data(), nullptr), "clGetPlatformIDs");
    }
    for (cl::cl_platform_id platform : platforms) {
      cl::cl_device_id device = nullptr;
      if (cl_.clGetDeviceIDs(platform, cl::DEVICE_TYPE_ALL, 1, &device, nullptr) == cl::SUCCESS) {
        return device;
      }
    }
    throw std::runtime_error(
        "no OpenCL device; install a driver for your GPU or, for the CPU, PoCL (on Debian and "
        "Ubuntu: apt-get install pocl-opencl-icd)");
  }

  // Not every compiler honours -Werror.
  static bool has_warning(std::string log) {
    std::transform(log.begin(), log.end(), log.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return log.find("warning") != std::string::npos;
  }

  cl::Library cl_;
  cl::cl_device_id device_;
  cl::cl_context context_;
};

int check_folder(const fs::path& folder) {
  const std::vector<fs::path> files = kernel_files(folder);
  const Compiler compiler;
  std::printf("device: %s\n", compiler.device_name().c_str());

  // From inside the folder, so that no path with spaces stands among the compiler's options.
  fs::current_path(folder);
  int failed = 0;
  for (const fs::path& file : files) {
    const std::string source = read(file);
    for (const char* variant : {"-DCPU", "-DGPU"}) {
      for (const std::string& option : switches(source)) {
        const auto start = std::chrono::steady_clock::now();
        const auto outcome = compiler.compile(
            source, std::string("-I . -cl-std=CL1.2 -Werror ") + variant + option);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        std::printf("%-24s %s%-22s %6.2f s  %s\n", file.c_str(), variant, option.c_str(),
                    seconds.count(), outcome.ok ? "ok" : "FAILED");
        if (!outcome.ok) {
          std::printf("%s\n", outcome.log.c_str());
          ++failed;
        }
      }
    }
  }
  std::printf("%zu kernel files, %d failed builds\n", files.size(), failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: kernel_check KERNELS_FOLDER\n");
    return 2;
  }
  try {
    return check_folder(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kernel_check: %s\n", error.what());
    return 1;
  }
}
