// Compiled programs: built when they are first needed, and kept on disk for the next process, in the
// same files as the engine's (java/.../device/ProgramCache.java).
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "bundle.h"
#include "device.h"

namespace glimpse::runtime {

class Programs {
 public:
  Programs(const Device& device, const Bundle& bundle);

  // A kernel object of its own for the caller.
  KernelHandle create_kernel(std::uint32_t kernel);

 private:
  opencl::cl_program program(std::uint32_t index);
  ProgramHandle build(std::uint32_t index) const;
  ProgramHandle from_source(const std::string& source, const SourceFile& file) const;
  ProgramHandle from_binary(const std::string& key) const;
  void store(const std::string& key, opencl::cl_program program) const;
  std::string build_log(opencl::cl_program program) const;

  const Device& device_;
  const Bundle& bundle_;
  std::string cache_folder_;  // empty where programs are not kept
  std::vector<ProgramHandle> built_;
};

}  // namespace glimpse::runtime
