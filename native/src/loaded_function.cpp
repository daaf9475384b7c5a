#include "loaded_function.h"

#include <algorithm>
#include <utility>

#include "error.h"
#include "model.h"

namespace glimpse::runtime {

using namespace opencl;

namespace {

void check_values(const Tensor& tensor, const float* values, std::size_t count) {
  if (count != tensor.count) {
    throw Error(GLIMPSE_INVALID_ARGUMENT, tensor.name + " has " + std::to_string(tensor.count) +
                                              " values, not " + std::to_string(count));
  }
  require_pointer("values", values);
}

// For example [16, 10].
std::string shape_of(const Tensor& tensor) {
  std::string lengths;
  for (const std::uint32_t length : tensor.shape) {
    lengths += (lengths.empty() ? "" : ", ") + std::to_string(length);
  }
  return "[" + lengths + "]";
}

}  // namespace

LoadedFunction::LoadedFunction(Model& model, const Function& function, const Plan& plan)
    : model_(model),
      device_(model.device()),
      function_(function),
      plan_(plan),
      own_(plan.allocations.size()),
      weights_(plan.allocations.size()),
      callers_(plan.allocations.size()),
      written_(plan.allocations.size(), false),
      slices_(plan.ranges.size()) {
  allocate();
  prepare();
  for (const Launch& launch : plan.launches) {
    launches_.push_back(bind(launch));
  }
  release_unused_weights();
}

void LoadedFunction::allocate() {
  for (std::size_t a = 0; a < plan_.allocations.size(); ++a) {
    const Allocation& allocation = plan_.allocations[a];
    if (allocation.role == Role::weight) {
      weights_[a] = model_.weight(allocation.index);
      continue;
    }
    own_[a] = device_.allocate(allocation.bytes);
    if (allocation.role != Role::arena) {
      device_.clear(own_[a].get(), allocation.bytes);
    }
  }
}

// Packs weights, once and for all. Nothing is left to be done behind the caller's back, who may write
// inputs through another queue.
void LoadedFunction::prepare() {
  for (const Launch& launch : plan_.preparation) {
    enqueue(device_.queue(), bind(launch), 0, nullptr, nullptr);
  }
  device_.finish();
}

// Those that were only packed.
void LoadedFunction::release_unused_weights() {
  std::vector<bool> used(plan_.allocations.size(), false);
  for (const Launch& launch : plan_.launches) {
    for (const Argument& argument : launch.arguments) {
      if (argument.kind == ArgumentKind::memory) {
        used[plan_.ranges[argument.value].allocation] = true;
      }
    }
  }
  for (std::size_t r = 0; r < slices_.size(); ++r) {
    if (!used[plan_.ranges[r].allocation]) {
      slices_[r].reset();
    }
  }
  for (std::size_t a = 0; a < weights_.size(); ++a) {
    if (!used[a]) {
      weights_[a].reset();
    }
  }
}

cl_mem LoadedFunction::memory_of(std::uint32_t index) {
  const Range& range = plan_.ranges[index];
  const std::size_t a = range.allocation;
  const cl_mem whole = weights_[a] ? weights_[a].get() : current(a);
  if (range.offset == 0 && range.bytes == plan_.allocations[a].bytes) {
    return whole;
  }
  if (!slices_[index]) {
    slices_[index] = device_.slice(whole, range.offset, range.bytes);
  }
  return slices_[index].get();
}

void LoadedFunction::set_memory(cl_kernel kernel, std::uint32_t argument, std::uint32_t range) {
  const cl_mem memory = memory_of(range);
  check(opencl_library().clSetKernelArg(kernel, argument, sizeof memory, &memory),
        "clSetKernelArg");
}

LoadedFunction::Bound LoadedFunction::bind(const Launch& launch) {
  Bound bound{model_.programs().create_kernel(launch.kernel), &launch};
  for (std::uint32_t i = 0; i < launch.arguments.size(); ++i) {
    const Argument& argument = launch.arguments[i];
    if (argument.kind == ArgumentKind::memory) {
      set_memory(bound.kernel.get(), i, argument.value);
    } else {  // an int or a float: the bits are in value
      check(opencl_library().clSetKernelArg(bound.kernel.get(), i, sizeof argument.value,
                                            &argument.value),
            "clSetKernelArg");
    }
  }
  return bound;
}

void LoadedFunction::enqueue(cl_command_queue queue, const Bound& bound, std::uint32_t count,
                             const cl_event* waits, cl_event* done) const {
  const Launch& launch = *bound.launch;
  const cl_int status = opencl_library().clEnqueueNDRangeKernel(
      queue, bound.kernel.get(), launch.dimensions, nullptr, launch.global.data(),
      launch.local.data(), count, waits, done);
  if (status != SUCCESS) {
    check(status, "launching " + model_.bundle().kernels[launch.kernel].entry + " for " +
                      model_.bundle().scopes[launch.scope]);
  }
}

// Zeros are no labels, and mean nothing as images or codes.
void LoadedFunction::check_inputs() const {
  for (const std::uint32_t a : plan_.tensors) {
    const Allocation& allocation = plan_.allocations[a];
    if (allocation.role == Role::input && !callers_[a] && !written_[a]) {
      const Tensor& input = function_.inputs[allocation.index];
      throw Error(GLIMPSE_INVALID_ARGUMENT,
                  input.name + " was never written; write " +
                      (input.name == "labels" ? "one-hot rows " : "floats ") + shape_of(input) +
                      " before " + function_.name + " runs");
    }
  }
}

void LoadedFunction::enqueue(std::uint32_t count, const cl_event* waits, cl_event* done) {
  check_inputs();
  const std::size_t last = launches_.size() - 1;
  cl_event event = nullptr;
  for (std::size_t i = 0; i < launches_.size(); ++i) {
    enqueue(device_.queue(), launches_[i], i == 0 ? count : 0, i == 0 ? waits : nullptr,
            i == last && done != nullptr ? &event : nullptr);
  }
  EventHandle last_done(event);
  check(opencl_library().clFlush(device_.queue()), "clFlush");
  if (done != nullptr) {
    *done = last_done.release();
  }
}

void LoadedFunction::finish() { device_.finish(); }

std::vector<glimpse_timing> LoadedFunction::profile() {
  check_inputs();
  const Library& cl = opencl_library();
  device_.finish();
  const QueueHandle queue = device_.create_queue(QUEUE_PROFILING_ENABLE);
  std::vector<EventHandle> events;
  for (const Bound& bound : launches_) {
    cl_event event = nullptr;
    enqueue(queue.get(), bound, 0, nullptr, &event);
    events.emplace_back(event);
  }
  check(cl.clFinish(queue.get()), "clFinish");
  std::vector<glimpse_timing> timings;
  for (std::size_t i = 0; i < events.size(); ++i) {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    check(cl.clGetEventProfilingInfo(events[i].get(), PROFILING_COMMAND_START, sizeof start, &start,
                                     nullptr),
          "clGetEventProfilingInfo");
    check(cl.clGetEventProfilingInfo(events[i].get(), PROFILING_COMMAND_END, sizeof end, &end,
                                     nullptr),
          "clGetEventProfilingInfo");
    const Launch& launch = *launches_[i].launch;
    timings.push_back({model_.bundle().scopes[launch.scope].c_str(),
                       model_.bundle().kernels[launch.kernel].entry.c_str(),
                       static_cast<double>(end - start) * 1e-9, launch.flops, launch.bytes});
  }
  return timings;
}

LoadedFunction::Named LoadedFunction::find(const std::string& name) const {
  std::string all;
  for (const Role role : {Role::input, Role::output}) {
    const auto& tensors = role == Role::input ? function_.inputs : function_.outputs;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      all += " " + tensors[i].name;
      if (tensors[i].name != name) {
        continue;
      }
      for (std::size_t a = 0; a < plan_.allocations.size(); ++a) {
        if (plan_.allocations[a].role == role && plan_.allocations[a].index == i) {
          return {&tensors[i], role, a};
        }
      }
      return {&tensors[i], role, kNone};
    }
  }
  throw Error(GLIMPSE_NOT_FOUND,
              function_.name + " has no input or output '" + name + "', only" + all);
}

std::size_t LoadedFunction::used(const Named& named) const {
  if (named.allocation == kNone) {
    throw Error(GLIMPSE_NOT_FOUND, function_.name + " does not use " + named.tensor->name);
  }
  return named.allocation;
}

cl_mem LoadedFunction::current(std::size_t allocation) const {
  return callers_[allocation] ? callers_[allocation].get() : own_[allocation].get();
}

cl_mem LoadedFunction::buffer(const std::string& tensor) {
  const std::size_t allocation = used(find(tensor));
  set_written(allocation);
  return current(allocation);
}

void LoadedFunction::set_written(std::size_t allocation) {
  if (!callers_[allocation]) {
    written_[allocation] = true;
  }
}

void LoadedFunction::write(const std::string& input, const float* values, std::size_t count) {
  const Named named = find(input);
  if (named.role != Role::input) {
    throw Error(GLIMPSE_INVALID_ARGUMENT, input + " is an output");
  }
  check_values(*named.tensor, values, count);
  const std::size_t allocation = used(named);
  device_.write(current(allocation), 0, values, 4 * count);
  set_written(allocation);
}

void LoadedFunction::read(const std::string& output, float* values, std::size_t count) {
  const Named named = find(output);
  if (named.role != Role::output) {
    throw Error(GLIMPSE_INVALID_ARGUMENT, output + " is an input");
  }
  check_values(*named.tensor, values, count);
  device_.read(current(used(named)), values, 4 * count);
}

void LoadedFunction::seed(std::uint64_t seed) {
  const std::uint32_t words[] = {static_cast<std::uint32_t>(seed),
                                 static_cast<std::uint32_t>(seed >> 32), 0};
  for (std::size_t a = 0; a < plan_.allocations.size(); ++a) {
    if (plan_.allocations[a].role == Role::state) {
      device_.write(own_[a].get(), 0, words, sizeof words);
    }
  }
}

void LoadedFunction::bind(const std::string& tensor, cl_mem buffer) {
  const Library& cl = opencl_library();
  const std::size_t allocation = used(find(tensor));
  const std::uint64_t bytes = plan_.allocations[allocation].bytes;
  MemoryHandle retained;
  if (buffer != nullptr) {
    std::size_t size = 0;
    cl_context context = nullptr;
    check(cl.clGetMemObjectInfo(buffer, MEM_SIZE, sizeof size, &size, nullptr),
          "clGetMemObjectInfo");
    check(cl.clGetMemObjectInfo(buffer, MEM_CONTEXT, sizeof context, &context, nullptr),
          "clGetMemObjectInfo");
    if (size < bytes) {
      throw Error(GLIMPSE_INVALID_ARGUMENT,
                  tensor + " takes " + std::to_string(bytes) + " bytes, and the buffer has " +
                      std::to_string(size));
    }
    if (context != device_.context()) {
      throw Error(GLIMPSE_INVALID_ARGUMENT, "the buffer for " + tensor +
                                                " belongs to another context than the model");
    }
    check(cl.clRetainMemObject(buffer), "clRetainMemObject");
    retained.reset(buffer);
  }
  device_.finish();
  std::swap(callers_[allocation], retained);  // the old one lives until no kernel has it
  try {
    set_allocation(allocation);
  } catch (const Error&) {
    std::swap(callers_[allocation], retained);
    try {
      set_allocation(allocation);
    } catch (const Error&) {  // The first one tells what is wrong.
    }
    throw;
  }
}

// Gives the kernels the memory that an allocation has now.
void LoadedFunction::set_allocation(std::size_t allocation) {
  for (std::size_t r = 0; r < plan_.ranges.size(); ++r) {
    if (plan_.ranges[r].allocation == allocation) {
      slices_[r].reset();
    }
  }
  for (const Bound& bound : launches_) {
    for (std::uint32_t i = 0; i < bound.launch->arguments.size(); ++i) {
      const Argument& argument = bound.launch->arguments[i];
      if (argument.kind == ArgumentKind::memory &&
          plan_.ranges[argument.value].allocation == allocation) {
        set_memory(bound.kernel.get(), i, argument.value);
      }
    }
  }
}

glimpse_memory LoadedFunction::memory() const {
  glimpse_memory memory{};
  for (std::size_t a = 0; a < plan_.allocations.size(); ++a) {
    const std::uint64_t bytes = plan_.allocations[a].bytes;
    if (weights_[a]) {
      memory.weights += bytes;
    } else if (plan_.allocations[a].role == Role::arena) {
      memory.arena += bytes;
    } else if (own_[a]) {
      memory.tensors += bytes;
    }
  }
  return memory;
}

}  // namespace glimpse::runtime
