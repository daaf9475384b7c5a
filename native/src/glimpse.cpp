// The C ABI: checks arguments, turns exceptions into statuses, and does nothing else.
#include "glimpse.h"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "byte_source.h"
#include "device.h"
#include "error.h"
#include "model.h"

struct glimpse_model {
  glimpse::runtime::Model model;
};

// A LoadedFunction under a name that C knows.
struct glimpse_function;

namespace {

using glimpse::runtime::Error;
using glimpse::runtime::LoadedFunction;

thread_local std::string last_error;

int failed(int status, const char* message) {
  try {
    last_error = message;
  } catch (const std::bad_alloc&) {
    last_error.clear();
  }
  return status;
}

template <typename Body>
int guarded(const Body& body) {
  try {
    body();
    return GLIMPSE_OK;
  } catch (const Error& error) {
    return failed(error.status(), error.what());
  } catch (const std::bad_alloc&) {
    return failed(GLIMPSE_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return failed(GLIMPSE_INTERNAL, error.what());
  } catch (...) {
    return failed(GLIMPSE_INTERNAL, "unknown error");
  }
}

struct Argument {
  const char* name;
  const void* pointer;
};

void require(std::initializer_list<Argument> arguments) {
  for (const Argument& argument : arguments) {
    glimpse::runtime::require_pointer(argument.name, argument.pointer);
  }
}

LoadedFunction& loaded(glimpse_function* function) {
  return *reinterpret_cast<LoadedFunction*>(function);
}

const LoadedFunction& loaded(const glimpse_function* function) {
  return *reinterpret_cast<const LoadedFunction*>(function);
}

void open(std::unique_ptr<glimpse::runtime::ByteSource> source, const glimpse_options* options,
          glimpse_model** model) {
  *model = new glimpse_model{
      {std::move(source), options == nullptr ? glimpse_options{} : *options}};
}

void describe(const std::vector<glimpse::runtime::Tensor>& tensors, std::size_t index,
              glimpse_tensor* described) {
  require({{"tensor", described}});
  if (index >= tensors.size()) {
    throw Error(GLIMPSE_INVALID_ARGUMENT, "there are only " + std::to_string(tensors.size()));
  }
  const glimpse::runtime::Tensor& tensor = tensors[index];
  glimpse_tensor result{};
  result.name = tensor.name.c_str();
  result.rank = tensor.shape.size();
  std::copy(tensor.shape.begin(), tensor.shape.end(), result.shape);
  result.count = static_cast<std::size_t>(tensor.count);
  *described = result;
}

// Those of a list for which the caller, who may want none, has room.
template <typename T>
void give(const std::vector<T>& all, T* target, std::size_t capacity, std::size_t* count) {
  *count = all.size();
  if (target != nullptr) {
    std::copy_n(all.begin(), std::min(capacity, all.size()), target);
  }
}

}  // namespace

const char* glimpse_version(void) { return GLIMPSE_VERSION_TEXT; }

const char* glimpse_error(void) { return last_error.c_str(); }

const char* glimpse_status_name(int status) {
  static const char* const names[] = {
      "GLIMPSE_OK",         "GLIMPSE_INVALID_ARGUMENT", "GLIMPSE_NOT_FOUND",
      "GLIMPSE_FILE",       "GLIMPSE_DAMAGED",          "GLIMPSE_VERSION",
      "GLIMPSE_NO_OPENCL",  "GLIMPSE_NO_DEVICE",        "GLIMPSE_OUT_OF_MEMORY",
      "GLIMPSE_DEVICE",     "GLIMPSE_INTERNAL"};
  const bool known = status >= 0 && status <= GLIMPSE_INTERNAL;
  return known ? names[status] : "unknown status";
}

int glimpse_devices(glimpse_device_info* devices, size_t capacity, size_t* count) {
  return guarded([&] {
    require({{"count", count}});
    give(glimpse::runtime::list_devices(), devices, capacity, count);
  });
}

int glimpse_open(const char* path, const glimpse_options* options, glimpse_model** model) {
  return guarded([&] {
    require({{"path", path}, {"model", model}});
    open(glimpse::runtime::open_file(path), options, model);
  });
}

int glimpse_open_memory(const void* bundle, size_t size, const glimpse_options* options,
                        glimpse_model** model) {
  return guarded([&] {
    require({{"bundle", bundle}, {"model", model}});
    open(glimpse::runtime::open_memory(bundle, size), options, model);
  });
}

void glimpse_close(glimpse_model* model) { delete model; }

const char* glimpse_card(const glimpse_model* model) {
  return model == nullptr ? "" : model->model.bundle().card.c_str();
}

int glimpse_images(const glimpse_model* model, uint32_t* height, uint32_t* width,
                   uint32_t* channels, uint32_t* classes) {
  return guarded([&] {
    require({{"model", model}});
    const glimpse::runtime::Bundle& bundle = model->model.bundle();
    const auto set = [](uint32_t* target, uint32_t value) {
      if (target != nullptr) {
        *target = value;
      }
    };
    set(height, bundle.height);
    set(width, bundle.width);
    set(channels, bundle.channels);
    set(classes, bundle.classes);
  });
}

size_t glimpse_function_count(const glimpse_model* model) {
  return model == nullptr ? 0 : model->model.bundle().functions.size();
}

int glimpse_function_at(const glimpse_model* model, size_t index, const char** name,
                        uint32_t* batch) {
  return guarded([&] {
    require({{"model", model}, {"name", name}, {"batch", batch}});
    const auto& functions = model->model.bundle().functions;
    if (index >= functions.size()) {
      throw Error(GLIMPSE_INVALID_ARGUMENT, "there are only " + std::to_string(functions.size()));
    }
    *name = functions[index].name.c_str();
    *batch = functions[index].batch;
  });
}

int glimpse_device(glimpse_model* model, const char** name) {
  return guarded([&] {
    require({{"model", model}, {"name", name}});
    *name = model->model.device_info().name.c_str();
  });
}

int glimpse_function_open(glimpse_model* model, const char* name, uint32_t batch,
                          glimpse_function** function) {
  return guarded([&] {
    require({{"model", model}, {"name", name}, {"function", function}});
    *function = reinterpret_cast<glimpse_function*>(model->model.open(name, batch));
  });
}

void glimpse_function_close(glimpse_function* function) {
  if (function != nullptr) {
    LoadedFunction& closed = loaded(function);
    closed.model().close(&closed);
  }
}

uint32_t glimpse_batch(const glimpse_function* function) {
  return function == nullptr ? 0 : loaded(function).function().batch;
}

size_t glimpse_input_count(const glimpse_function* function) {
  return function == nullptr ? 0 : loaded(function).function().inputs.size();
}

int glimpse_input(const glimpse_function* function, size_t index, glimpse_tensor* tensor) {
  return guarded([&] {
    require({{"function", function}});
    describe(loaded(function).function().inputs, index, tensor);
  });
}

size_t glimpse_output_count(const glimpse_function* function) {
  return function == nullptr ? 0 : loaded(function).function().outputs.size();
}

int glimpse_output(const glimpse_function* function, size_t index, glimpse_tensor* tensor) {
  return guarded([&] {
    require({{"function", function}});
    describe(loaded(function).function().outputs, index, tensor);
  });
}

int glimpse_write(glimpse_function* function, const char* input, const float* values,
                  size_t count) {
  return guarded([&] {
    require({{"function", function}, {"input", input}});
    loaded(function).write(input, values, count);
  });
}

int glimpse_read(glimpse_function* function, const char* output, float* values, size_t count) {
  return guarded([&] {
    require({{"function", function}, {"output", output}});
    loaded(function).read(output, values, count);
  });
}

int glimpse_seed(glimpse_function* function, uint64_t seed) {
  return guarded([&] {
    require({{"function", function}});
    loaded(function).seed(seed);
  });
}

int glimpse_run(glimpse_function* function) {
  return guarded([&] {
    require({{"function", function}});
    loaded(function).enqueue(0, nullptr, nullptr);
    loaded(function).finish();
  });
}

int glimpse_enqueue(glimpse_function* function, uint32_t count, struct _cl_event* const* waits,
                    struct _cl_event** done) {
  return guarded([&] {
    require({{"function", function}});
    if ((count == 0) != (waits == nullptr)) {
      throw Error(GLIMPSE_INVALID_ARGUMENT, "waits and their count do not go together");
    }
    loaded(function).enqueue(count, waits, done);
  });
}

int glimpse_bind(glimpse_function* function, const char* tensor, struct _cl_mem* buffer) {
  return guarded([&] {
    require({{"function", function}, {"tensor", tensor}});
    loaded(function).bind(tensor, buffer);
  });
}

int glimpse_buffer(glimpse_function* function, const char* tensor, struct _cl_mem** buffer) {
  return guarded([&] {
    require({{"function", function}, {"tensor", tensor}, {"buffer", buffer}});
    *buffer = loaded(function).buffer(tensor);
  });
}

int glimpse_memory_of(const glimpse_function* function, glimpse_memory* memory) {
  return guarded([&] {
    require({{"function", function}, {"memory", memory}});
    *memory = loaded(function).memory();
  });
}

int glimpse_profile(glimpse_function* function, glimpse_timing* timings, size_t capacity,
                    size_t* count) {
  return guarded([&] {
    require({{"function", function}, {"count", count}});
    give(loaded(function).profile(), timings, capacity, count);
  });
}
