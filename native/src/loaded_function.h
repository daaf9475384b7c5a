// A function of a model that is ready to run: its memory, and a kernel object for every launch, with
// all arguments bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bundle.h"
#include "device.h"
#include "glimpse.h"

namespace glimpse::runtime {

class Model;

class LoadedFunction {
 public:
  LoadedFunction(Model& model, const Function& function, const Plan& plan);

  Model& model() const { return model_; }
  const Function& function() const { return function_; }

  void write(const std::string& input, const float* values, std::size_t count);
  void read(const std::string& output, float* values, std::size_t count);
  void seed(std::uint64_t seed);
  void enqueue(std::uint32_t count, const opencl::cl_event* waits, opencl::cl_event* done);
  void finish();
  void bind(const std::string& tensor, opencl::cl_mem buffer);
  // Who asks for an input's may write it there, unseen.
  opencl::cl_mem buffer(const std::string& tensor);
  glimpse_memory memory() const;
  std::vector<glimpse_timing> profile();

 private:
  // A kernel object with its work sizes.
  struct Bound {
    KernelHandle kernel;
    const Launch* launch;
  };

  // An input or output.
  struct Named {
    const Tensor* tensor;
    Role role;
    std::size_t allocation;  // its number; none where no launch touches it
  };

  static constexpr std::size_t kNone = SIZE_MAX;

  Named find(const std::string& name) const;
  void allocate();
  void prepare();
  void release_unused_weights();
  void check_inputs() const;
  std::size_t used(const Named& named) const;
  opencl::cl_mem current(std::size_t allocation) const;
  void set_written(std::size_t allocation);
  Bound bind(const Launch& launch);
  void set_memory(opencl::cl_kernel kernel, std::uint32_t argument, std::uint32_t range);
  void set_allocation(std::size_t allocation);
  opencl::cl_mem memory_of(std::uint32_t range);
  void enqueue(opencl::cl_command_queue queue, const Bound& bound, std::uint32_t count,
               const opencl::cl_event* waits, opencl::cl_event* done) const;

  Model& model_;
  const Device& device_;
  const Function& function_;
  const Plan& plan_;
  std::vector<MemoryHandle> own_;                   // by allocation; none for weights
  std::vector<std::shared_ptr<_cl_mem>> weights_;   // by allocation; none for others
  std::vector<MemoryHandle> callers_;               // by allocation: what takes the place of own_
  std::vector<bool> written_;                       // by allocation: whether own_ has an input
  std::vector<MemoryHandle> slices_;                // by range; none where it is all of its memory
  std::vector<Bound> launches_;
};

}  // namespace glimpse::runtime
