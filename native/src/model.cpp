#include "model.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "error.h"
#include "half.h"

namespace glimpse::runtime {
namespace {

constexpr std::uint64_t kPiece = 1 << 15;  // floats of a weight that are uploaded at once

}  // namespace

Model::Model(std::unique_ptr<ByteSource> source, const glimpse_options& options)
    : source_(std::move(source)),
      bundle_(read_bundle(*source_)),
      wanted_device_(options.device == nullptr ? "best" : options.device),
      callers_context_(options.context),
      callers_queue_(options.queue),
      weights_(bundle_.weights.size()) {
  if ((options.context == nullptr) != (options.queue == nullptr)) {
    throw Error(GLIMPSE_INVALID_ARGUMENT, "a context needs a queue, and a queue its context");
  }
  if (options.context != nullptr) {
    open_device();  // and retain both
  }
}

Model::~Model() {
  if (device_) {
    opencl_library().clFinish(device_->queue());
  }
}

void Model::open_device() {
  if (device_) {
    return;
  }
  if (callers_context_ != nullptr) {
    device_.emplace(callers_context_, callers_queue_);
  } else {
    device_.emplace(wanted_device_);
  }
  try {
    target_ = choose_target();
    programs_.emplace(*device_, bundle_);
  } catch (...) {
    device_.reset();
    throw;
  }
}

const DeviceInfo& Model::device_info() {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_device();
  return device_->info();
}

// The widest vectors that the device has; then the number of cores that is nearest.
std::size_t Model::choose_target() const {
  const DeviceInfo& device = device_->info();
  const auto distance = [&](const Target& target) {
    return std::abs(std::log2(static_cast<double>(target.compute_units) /
                              static_cast<double>(device.compute_units)));
  };
  const std::uint32_t widest = std::max<std::uint32_t>(8, device.vector_width);
  std::size_t best = bundle_.targets.size();
  for (std::size_t t = 0; t < bundle_.targets.size(); ++t) {
    const Target& target = bundle_.targets[t];
    if (target.cpu != device.cpu || (target.cpu && target.vector_width > widest)) {
      continue;
    }
    if (best == bundle_.targets.size() ||
        target.vector_width > bundle_.targets[best].vector_width ||
        (target.vector_width == bundle_.targets[best].vector_width &&
         distance(target) < distance(bundle_.targets[best]))) {
      best = t;
    }
  }
  if (best == bundle_.targets.size()) {
    throw Error(GLIMPSE_NO_DEVICE, source_->name() + " has nothing for a device such as " +
                                       device.name + ": export the model again");
  }
  return best;
}

const Function& Model::find(const std::string& name, std::uint32_t batch) const {
  const Function* found = nullptr;
  std::string all;
  for (const Function& function : bundle_.functions) {
    all += (all.empty() ? "" : ", ") + function.name + " of " + std::to_string(function.batch);
    if (function.name != name || (batch != 0 && function.batch != batch)) {
      continue;
    }
    if (found == nullptr || function.batch < found->batch) {
      found = &function;
    }
  }
  if (found == nullptr) {
    throw Error(GLIMPSE_NOT_FOUND,
                source_->name() + " has no function '" + name + "'" +
                    (batch == 0 ? "" : " of batch " + std::to_string(batch)) + ", only " + all);
  }
  return *found;
}

LoadedFunction* Model::open(const std::string& name, std::uint32_t batch) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Function& function = find(name, batch);
  open_device();
  return &functions_.emplace_back(*this, function, bundle_.plans[function.plans[target_]]);
}

void Model::close(LoadedFunction* function) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = std::find_if(functions_.begin(), functions_.end(),
                               [&](const LoadedFunction& f) { return &f == function; });
  if (at != functions_.end()) {
    opencl_library().clFinish(device_->queue());
    functions_.erase(at);
  }
}

std::shared_ptr<_cl_mem> Model::weight(std::uint32_t index) {
  std::shared_ptr<_cl_mem> memory = weights_[index].lock();
  if (!memory) {
    const Weight& weight = bundle_.weights[index];
    memory = device_->allocate(4 * weight.count);
    upload(weight, memory.get());
    weights_[index] = memory;
  }
  return memory;
}

void Model::upload(const Weight& weight, opencl::cl_mem target) {
  const std::size_t size = weight.half ? 2 : 4;
  const auto piece = static_cast<std::size_t>(std::min(kPiece, weight.count));
  std::vector<unsigned char> stored(piece * size);
  std::vector<float> floats(piece);
  for (std::uint64_t done = 0; done < weight.count;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(piece, weight.count - done));
    source_->read(weight.offset + done * size, stored.data(), count * size);
    for (std::size_t i = 0; i < count; ++i) {
      const unsigned char* bytes = stored.data() + i * size;
      const std::uint32_t low = bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8;
      const std::uint32_t bits = weight.half ? widened(static_cast<std::uint16_t>(low))
                                             : low | static_cast<std::uint32_t>(bytes[2]) << 16 |
                                                   static_cast<std::uint32_t>(bytes[3]) << 24;
      std::memcpy(&floats[i], &bits, sizeof bits);
    }
    device_->write(target, 4 * done, floats.data(), 4 * count);
    done += count;
  }
}

}  // namespace glimpse::runtime
