// Runs every function of a bundle on the inputs that the engine was given, and compares all outputs with
// the engine's, bit for bit: parity FOLDER MODEL. Of each function there are files
// MODEL.FUNCTION.BATCH.TENSOR: inputs, and outputs of two runs from seed 7, one after the other.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <glimpse.hpp>
#include <iterator>
#include <string>

namespace {

std::vector<float> read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw std::runtime_error("cannot read " + path);
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

std::size_t differing(const std::vector<float>& a, const std::vector<float>& b) {
  std::size_t count = a.size() == b.size() ? 0 : a.size() + b.size();
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    count += std::memcmp(&a[i], &b[i], sizeof(float)) != 0;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    throw std::invalid_argument("parity FOLDER MODEL");
  }
  const std::string base = std::string(argv[1]) + "/" + argv[2];
  glimpse::Model model(base + ".glimpse");
  int compared = 0;
  std::size_t wrong = 0;
  for (std::size_t f = 0; f < glimpse_function_count(model.get()); ++f) {
    const char* name = nullptr;
    std::uint32_t batch = 0;
    glimpse::require(glimpse_function_at(model.get(), f, &name, &batch));
    const std::string prefix = base + "." + name + "." + std::to_string(batch) + ".";
    glimpse::Function function = model.function(name, batch);
    for (const glimpse_tensor& input : function.inputs()) {
      function.write(input.name, read(prefix + input.name));
    }
    function.seed(7);
    std::vector<std::vector<float>> expected;
    for (const glimpse_tensor& output : function.outputs()) {
      expected.push_back(read(prefix + output.name));
    }
    for (std::size_t run = 0; run < 2; ++run) {
      function.run();
      for (std::size_t o = 0; o < expected.size(); ++o) {
        const std::string output = function.outputs()[o].name;
        const std::size_t count = function.outputs()[o].count;
        const auto begin = expected[o].begin() + static_cast<std::ptrdiff_t>(run * count);
        if (expected[o].size() != 2 * count) {
          throw std::runtime_error(prefix + output + " does not hold two runs");
        }
        const std::size_t differ =
            differing(function.read(output), {begin, begin + static_cast<std::ptrdiff_t>(count)});
        std::printf("%s %s of %u, run %zu, %s: %zu of %zu values differ\n", argv[2], name, batch,
                    run, output.c_str(), differ, count);
        wrong += differ;
        ++compared;
      }
    }
  }
  return wrong == 0 && compared > 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
