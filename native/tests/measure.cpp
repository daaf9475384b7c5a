// Measures a function of a bundle: measure BUNDLE FUNCTION BATCH [RUNS]. Prints how long it takes from
// opening the file to the first output, the time of a run (median and least) with and without reading
// the output, and memory: what the function holds on the device, what the process has grown by since
// its device was opened, and, under LD_PRELOAD=libheap_owner.so, what of it is on the library's heap.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <glimpse.hpp>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point from) {
  return std::chrono::duration<double, std::milli>(Clock::now() - from).count();
}

// Resident memory now, in KiB.
long resident() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) {
      return std::atol(line.c_str() + 6);
    }
  }
  return 0;
}

// Bytes on the library's heap now; -1 where nobody counts them.
long heap() {
  const auto held = reinterpret_cast<std::size_t (*)()>(dlsym(RTLD_DEFAULT, "heap_held"));
  return held == nullptr ? -1 : static_cast<long>(held());
}

template <typename Body>
void time(const char* what, int runs, const Body& body) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    body();
    times.push_back(milliseconds(start));
  }
  std::sort(times.begin(), times.end());
  std::printf("%-22s median %.3f ms, least %.3f ms, %d runs\n", what, times[times.size() / 2],
              times.front(), runs);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) {
    throw std::invalid_argument("measure BUNDLE FUNCTION BATCH [RUNS]");
  }
  const int runs = argc > 4 ? std::atoi(argv[4]) : 500;
  const auto start = Clock::now();
  glimpse::Model model(argv[1]);
  const double opened = milliseconds(start);
  const char* device = nullptr;
  glimpse::require(glimpse_device(model.get(), &device));
  const double device_opened = milliseconds(start);
  const long before = resident();
  glimpse::Function function =
      model.function(argv[2], static_cast<std::uint32_t>(std::atoi(argv[3])));
  const double ready = milliseconds(start);
  const std::string output = function.outputs()[0].name;
  for (const glimpse_tensor& input : function.inputs()) {
    function.write(input.name, std::vector<float>(input.count));
  }
  function.run();
  function.read(output);
  std::printf("device                 %s\n", device);
  std::printf("to first output        %.1f ms (file %.1f, device %.1f, function %.1f, run %.1f)\n",
              milliseconds(start), opened, device_opened - opened, ready - device_opened,
              milliseconds(start) - ready);
  const long after = resident();
  const long held = heap();
  std::vector<float> values(function.outputs()[0].count);
  for (int i = 0; i < 50; ++i) {
    function.run();
  }
  time("run", runs, [&] { function.run(); });
  time("run and read", runs, [&] {
    glimpse::require(glimpse_enqueue(function.get(), 0, nullptr, nullptr));
    glimpse::require(
        glimpse_read(function.get(), output.c_str(), values.data(), values.size()));
  });
  const glimpse_memory memory = function.memory();
  std::printf("on the device          weights %llu, arena %llu, tensors %llu bytes\n",
              static_cast<unsigned long long>(memory.weights),
              static_cast<unsigned long long>(memory.arena),
              static_cast<unsigned long long>(memory.tensors));
  std::printf("resident               %ld KiB before the function, %ld KiB after its first run\n",
              before, after);
  if (held >= 0) {
    std::printf("heap                   %ld bytes that libglimpse holds\n", held);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
