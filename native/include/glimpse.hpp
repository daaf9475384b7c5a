// libglimpse for C++11 and later: glimpse.h with objects that close themselves, and exceptions.
// Threads are as there. A Function keeps its model open, whatever becomes of the Model.
#ifndef GLIMPSE_HPP
#define GLIMPSE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "glimpse.h"

namespace glimpse {

// What a call that failed has to say.
class Exception : public std::runtime_error {
 public:
  explicit Exception(int status) : std::runtime_error(glimpse_error()), status_(status) {}

  // GLIMPSE_NO_DEVICE or another status of glimpse.h.
  int status() const { return status_; }

 private:
  int status_;
};

inline void require(int status) {
  if (status != GLIMPSE_OK) {
    throw Exception(status);
  }
}

// The OpenCL devices, best first.
inline std::vector<glimpse_device_info> devices() {
  std::size_t count = 0;
  require(glimpse_devices(nullptr, 0, &count));
  std::vector<glimpse_device_info> all(count);
  require(glimpse_devices(all.data(), all.size(), &count));
  if (count < all.size()) {  // one has gone in between
    all.resize(count);
  }
  return all;
}

// The images that a model knows.
struct Images {
  std::uint32_t height;
  std::uint32_t width;
  std::uint32_t channels;
  std::uint32_t classes;  // of the data; whether a Function takes labels, its inputs tell
};

// Something that a model can do with a batch, ready to run.
class Function {
 public:
  std::uint32_t batch() const { return glimpse_batch(function_.get()); }

  std::vector<glimpse_tensor> inputs() const {
    return tensors(glimpse_input_count(function_.get()), glimpse_input);
  }

  std::vector<glimpse_tensor> outputs() const {
    return tensors(glimpse_output_count(function_.get()), glimpse_output);
  }

  void write(const std::string& input, const std::vector<float>& values) {
    require(glimpse_write(function_.get(), input.c_str(), values.data(), values.size()));
  }

  void seed(std::uint64_t seed) { require(glimpse_seed(function_.get(), seed)); }

  void run() { require(glimpse_run(function_.get())); }

  // Waits, and copies an output.
  std::vector<float> read(const std::string& output) {
    std::vector<float> values;
    for (const glimpse_tensor& tensor : outputs()) {
      if (output == tensor.name) {
        values.resize(tensor.count);
      }
    }
    require(glimpse_read(function_.get(), output.c_str(), values.data(), values.size()));
    return values;
  }

  glimpse_memory memory() const {
    glimpse_memory memory;
    require(glimpse_memory_of(function_.get(), &memory));
    return memory;
  }

  // For what only glimpse.h offers: enqueueing, and the caller's own buffers.
  glimpse_function* get() const { return function_.get(); }

 private:
  friend class Model;

  // Closes a function while its model is open.
  struct Close {
    std::shared_ptr<glimpse_model> model;

    void operator()(glimpse_function* function) const { glimpse_function_close(function); }
  };

  Function(glimpse_function* function, const std::shared_ptr<glimpse_model>& model)
      : function_(function, Close{model}) {}

  std::vector<glimpse_tensor> tensors(std::size_t count,
                                      int (*at)(const glimpse_function*, std::size_t,
                                                glimpse_tensor*)) const {
    std::vector<glimpse_tensor> all(count);
    for (std::size_t i = 0; i < count; ++i) {
      require(at(function_.get(), i, &all[i]));
    }
    return all;
  }

  std::unique_ptr<glimpse_function, Close> function_;
};

// An open bundle.
class Model {
 public:
  explicit Model(const std::string& path, const glimpse_options& options = glimpse_options()) {
    glimpse_model* model = nullptr;
    require(glimpse_open(path.c_str(), &options, &model));
    model_.reset(model, glimpse_close);
  }

  // The bytes must stay as they are while the model or a function of it is open.
  Model(const void* bundle, std::size_t size, const glimpse_options& options = glimpse_options()) {
    glimpse_model* model = nullptr;
    require(glimpse_open_memory(bundle, size, &options, &model));
    model_.reset(model, glimpse_close);
  }

  std::string card() const { return glimpse_card(model_.get()); }

  Images images() const {
    Images images;
    require(glimpse_images(model_.get(), &images.height, &images.width, &images.channels,
                           &images.classes));
    return images;
  }

  // batch 0: the smallest that the bundle has.
  Function function(const std::string& name, std::uint32_t batch = 0) {
    glimpse_function* function = nullptr;
    require(glimpse_function_open(model_.get(), name.c_str(), batch, &function));
    return Function(function, model_);
  }

  glimpse_model* get() const { return model_.get(); }

 private:
  std::shared_ptr<glimpse_model> model_;
};

}  // namespace glimpse

#endif
