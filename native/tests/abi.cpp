// The C ABI beyond computing: lists, errors and their texts, ownership, threads. abi BUNDLE
// CONDITIONAL
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <glimpse.hpp>
#include <iterator>
#include <string>
#include <thread>

namespace {

void expect(bool ok, const char* what) {
  if (!ok) {
    std::fprintf(stderr, "failed: %s (last error: %s)\n", what, glimpse_error());
    std::exit(1);
  }
}

#define EXPECT(condition) expect(condition, #condition)

// That a call fails with a status, and says something about it.
void expect_error(int status, int wanted, const char* text) {
  if (status != wanted || std::strstr(glimpse_error(), text) == nullptr) {
    std::fprintf(stderr, "expected %s with '%s', got %s: %s\n", glimpse_status_name(wanted), text,
                 glimpse_status_name(status), glimpse_error());
    std::exit(1);
  }
}

_cl_mem* buffer_of(glimpse::Function& function, const char* tensor) {
  _cl_mem* buffer = nullptr;
  glimpse::require(glimpse_buffer(function.get(), tensor, &buffer));
  return buffer;
}

void errors(const char* path) {
  glimpse_model* model = nullptr;
  glimpse_function* function = nullptr;
  expect_error(glimpse_open("/no/such/file", nullptr, &model), GLIMPSE_FILE, "/no/such/file");
  expect_error(glimpse_open("/", nullptr, &model), GLIMPSE_FILE, "folder");
  expect_error(glimpse_open(nullptr, nullptr, &model), GLIMPSE_INVALID_ARGUMENT, "path is NULL");
  expect_error(glimpse_open(path, nullptr, nullptr), GLIMPSE_INVALID_ARGUMENT, "model is NULL");
  EXPECT(model == nullptr);
  EXPECT(glimpse_open(path, nullptr, &model) == GLIMPSE_OK);
  expect_error(glimpse_function_open(model, "dream", 0, &function), GLIMPSE_NOT_FOUND, "sample");
  expect_error(glimpse_function_open(model, "sample", 99, &function), GLIMPSE_NOT_FOUND, "99");
  EXPECT(function == nullptr);
  EXPECT(glimpse_function_open(model, "decode", 1, &function) == GLIMPSE_OK);
  float value = 0;
  expect_error(glimpse_write(function, "codes", &value, 1), GLIMPSE_INVALID_ARGUMENT, "codes");
  expect_error(glimpse_write(function, "decoded", &value, 1), GLIMPSE_INVALID_ARGUMENT, "output");
  expect_error(glimpse_write(function, "codes", nullptr, 0), GLIMPSE_INVALID_ARGUMENT,
               "4 values, not 0");
  expect_error(glimpse_write(function, "codes", nullptr, 4), GLIMPSE_INVALID_ARGUMENT,
               "values is NULL");
  expect_error(glimpse_read(function, "codes", &value, 1), GLIMPSE_INVALID_ARGUMENT, "input");
  expect_error(glimpse_read(function, "sound", &value, 1), GLIMPSE_NOT_FOUND, "decoded");
  expect_error(glimpse_run(nullptr), GLIMPSE_INVALID_ARGUMENT, "function is NULL");
  glimpse_tensor tensor;
  expect_error(glimpse_input(function, 7, &tensor), GLIMPSE_INVALID_ARGUMENT, "only 1");
  glimpse_close(model);  // and its function
  glimpse_close(nullptr);
  glimpse_function_close(nullptr);

  glimpse_options options = {"no such device", nullptr, nullptr};
  EXPECT(glimpse_open(path, &options, &model) == GLIMPSE_OK);
  expect_error(glimpse_function_open(model, "sample", 0, &function), GLIMPSE_NO_DEVICE,
               "no such device");
  glimpse_close(model);
}

std::string device_of(glimpse::Model& model) {
  const char* name = nullptr;
  glimpse::require(glimpse_device(model.get(), &name));
  return name;
}

// A model runs on each device that is listed, by its id; by default on the first that is a GPU or CPU.
void devices(const char* path) {
  expect_error(glimpse_devices(nullptr, 0, nullptr), GLIMPSE_INVALID_ARGUMENT, "count is NULL");
  const std::vector<glimpse_device_info> all = glimpse::devices();
  EXPECT(!all.empty());
  std::size_t count = 0;
  glimpse_device_info first{};
  EXPECT(glimpse_devices(&first, 0, &count) == GLIMPSE_OK && count == all.size());
  EXPECT(first.id == nullptr);
  EXPECT(glimpse_devices(&first, 1, &count) == GLIMPSE_OK && count == all.size());
  EXPECT(std::strcmp(first.id, all[0].id) == 0);
  const glimpse_device_info* best = nullptr;
  for (const glimpse_device_info& device : all) {
    EXPECT(std::strncmp(device.id, "opencl:", 7) == 0 && std::strlen(device.platform) > 0);
    glimpse::Model model(path, {device.id, nullptr, nullptr});
    EXPECT(device_of(model) == device.name);
    if (best == nullptr && device.kind != GLIMPSE_KIND_OTHER) {
      best = &device;
    }
  }
  if (best != nullptr) {
    EXPECT(best->kind == GLIMPSE_KIND_GPU || best->kind == GLIMPSE_KIND_CPU);
    glimpse::Model model(path);
    EXPECT(device_of(model) == best->name);
    glimpse::Model same(path, {best->kind == GLIMPSE_KIND_GPU ? "gpu" : "cpu", nullptr, nullptr});
    EXPECT(device_of(same) == best->name);
  }
}

// Runs nothing before each input was written, bound, or its buffer told.
void inputs(const char* conditional) {
  glimpse::Model model(conditional);
  glimpse::Function sample = model.function("sample");
  const glimpse_tensor labels = sample.inputs().at(0);
  const std::string rows = "one-hot rows [" + std::to_string(sample.batch()) + ", 10]";
  std::size_t count = 0;
  expect_error(glimpse_run(sample.get()), GLIMPSE_INVALID_ARGUMENT, rows.c_str());
  expect_error(glimpse_enqueue(sample.get(), 0, nullptr, nullptr), GLIMPSE_INVALID_ARGUMENT,
               "labels was never written");
  expect_error(glimpse_profile(sample.get(), nullptr, 0, &count), GLIMPSE_INVALID_ARGUMENT,
               "labels was never written");
  glimpse::Function other = model.function("sample");
  _cl_mem* buffer = buffer_of(other, labels.name);
  EXPECT(glimpse_run(other.get()) == GLIMPSE_OK);
  EXPECT(glimpse_bind(sample.get(), labels.name, buffer) == GLIMPSE_OK);
  EXPECT(glimpse_run(sample.get()) == GLIMPSE_OK);
  EXPECT(glimpse_bind(sample.get(), labels.name, nullptr) == GLIMPSE_OK);
  expect_error(glimpse_run(sample.get()), GLIMPSE_INVALID_ARGUMENT, "labels was never written");
  sample.write(labels.name, std::vector<float>(labels.count));
  sample.run();
}

// What the C++ header adds: exceptions for all that goes wrong, and objects that keep what they
// need.
void objects(const char* path) {
  glimpse::Model model(path);
  glimpse::Function sample = model.function("sample");
  try {
    sample.read("nope");
    EXPECT(!"read an output that is none");
  } catch (const glimpse::Exception& error) {
    EXPECT(error.status() == GLIMPSE_NOT_FOUND && std::strstr(error.what(), "samples") != nullptr);
  }
  sample.seed(3);
  sample.run();
  const std::vector<float> expected = sample.read("samples");
  model = glimpse::Model(path);
  sample.seed(3);
  sample.run();
  EXPECT(sample.read("samples") == expected);
  sample = model.function("sample");  // closes the first function, then its model
  model = glimpse::Model(path);
  glimpse::Function moved = std::move(sample);
  moved.seed(3);
  moved.run();
  EXPECT(moved.read("samples") == expected);
}

void lists(const char* path) {
  glimpse::Model model(path);
  EXPECT(model.images().height == 28 && model.images().width == 28);
  EXPECT(model.card().find("\"model\"") != std::string::npos);
  EXPECT(glimpse_function_count(model.get()) > 1);
  glimpse::Function sample = model.function("sample");
  EXPECT(sample.batch() == 1);
  EXPECT(sample.inputs().empty());
  EXPECT(sample.outputs().size() == 1 && sample.outputs()[0].count == 784);
  EXPECT(sample.memory().weights > 0);
  size_t count = 0;
  EXPECT(glimpse_profile(sample.get(), nullptr, 0, &count) == GLIMPSE_OK && count > 1);
  std::vector<glimpse_timing> timings(count);
  EXPECT(glimpse_profile(sample.get(), timings.data(), count, &count) == GLIMPSE_OK);
  for (const glimpse_timing& timing : timings) {
    EXPECT(timing.seconds >= 0 && timing.seconds < 60 && std::strlen(timing.kernel) > 0);
  }
}

std::vector<float> drawn(glimpse::Function& function, std::uint64_t seed) {
  function.seed(seed);
  function.run();
  return function.read("samples");
}

void memory_and_seeds(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
  glimpse::Model from_memory(bytes.data(), bytes.size());
  glimpse::Model from_file(path);
  glimpse::Function a = from_memory.function("sample");
  glimpse::Function b = from_file.function("sample");
  EXPECT(drawn(a, 5) == drawn(b, 5));
  EXPECT(drawn(a, 5) != drawn(b, 6));
  a.run();
  EXPECT(a.read("samples") != drawn(b, 5));  // the second run from a seed draws other images
}

// Each thread has a function of its own, of one model, and lists the devices.
void threads(const char* path) {
  glimpse::Model model(path);
  glimpse::Function alone = model.function("sample");
  const std::vector<float> expected = drawn(alone, 11);
  const glimpse_device_info first = glimpse::devices().at(0);
  int wrong = 0;
  std::vector<std::thread> all;
  std::vector<int> failures(4, 0);
  for (std::size_t t = 0; t < failures.size(); ++t) {
    all.emplace_back([&model, &expected, &first, &failures, t] {
      try {
        for (int i = 0; i < 5; ++i) {
          glimpse::Function own = model.function("sample");
          failures[t] += drawn(own, 11) != expected;
          failures[t] += std::strcmp(glimpse::devices().at(0).id, first.id) != 0;
        }
      } catch (const std::exception&) {
        ++failures[t];
      }
    });
  }
  for (std::size_t t = 0; t < all.size(); ++t) {
    all[t].join();
    wrong += failures[t];
  }
  EXPECT(wrong == 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "abi BUNDLE CONDITIONAL\n");
    return 2;
  }
  try {
    errors(argv[1]);
    devices(argv[1]);
    inputs(argv[2]);
    objects(argv[1]);
    lists(argv[1]);
    memory_and_seeds(argv[1]);
    threads(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
