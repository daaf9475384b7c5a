// An open bundle, its device, and what functions share: programs and weights. The runtime has a
// namespace of its own, since glimpse.hpp has a Model and a Function too, and a program that links the
// library statically has both.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bundle.h"
#include "byte_source.h"
#include "device.h"
#include "glimpse.h"
#include "loaded_function.h"
#include "programs.h"

namespace glimpse::runtime {

class Model {
 public:
  Model(std::unique_ptr<ByteSource> source, const glimpse_options& options);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const Bundle& bundle() const { return bundle_; }

  // The device, opened by the first call.
  const DeviceInfo& device_info();

  // Owned by the model. batch 0: the smallest.
  LoadedFunction* open(const std::string& name, std::uint32_t batch);
  void close(LoadedFunction* function);

  // For functions, while one is being opened: the model's lock is held.
  const Device& device() const { return *device_; }
  Programs& programs() { return *programs_; }
  std::shared_ptr<_cl_mem> weight(std::uint32_t index);

 private:
  const Function& find(const std::string& name, std::uint32_t batch) const;
  std::size_t choose_target() const;
  void open_device();
  void upload(const Weight& weight, opencl::cl_mem target);

  std::unique_ptr<ByteSource> source_;
  const Bundle bundle_;
  std::string wanted_device_;
  opencl::cl_context callers_context_;
  opencl::cl_command_queue callers_queue_;
  std::mutex mutex_;
  std::optional<Device> device_;
  std::optional<Programs> programs_;
  std::size_t target_ = 0;
  std::vector<std::weak_ptr<_cl_mem>> weights_;
  std::list<LoadedFunction> functions_;
};

}  // namespace glimpse::runtime
