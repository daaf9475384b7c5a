// A bundle: what `glimpse export` writes (java/.../export/Bundle.java). Everything in it is checked
// when it is read: whatever the file says, indices, offsets and sizes here are within bounds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "byte_source.h"

namespace glimpse::runtime {

struct Tensor {
  std::string name;
  std::vector<std::uint32_t> shape;
  std::uint64_t count = 1;
};

struct Weight {
  std::string name;
  bool half = false;
  std::uint64_t count = 0;
  std::uint64_t offset = 0;  // in the file
};

struct SourceFile {
  std::string name;
  std::string text;
};

// A file with macros defined before it.
struct Program {
  std::uint32_t source = 0;
  std::string definitions;
};

struct Kernel {
  std::uint32_t program = 0;
  std::string entry;
};

enum class Role : std::uint8_t { weight, input, output, state, arena, scratch };

struct Allocation {
  Role role = Role::scratch;
  std::uint32_t index = 0;  // of the weight, input or output
  std::uint64_t bytes = 0;
};

struct Range {
  std::uint32_t allocation = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

enum class ArgumentKind : std::uint8_t { memory, integer, floating };

struct Argument {
  ArgumentKind kind = ArgumentKind::integer;
  std::uint32_t value = 0;  // a range's number, or the bits of the value
};

struct Launch {
  std::uint32_t kernel = 0;
  std::uint32_t scope = 0;
  std::uint64_t flops = 0;
  std::uint64_t bytes = 0;
  std::uint32_t dimensions = 1;
  std::array<std::size_t, 3> global{};
  std::array<std::size_t, 3> local{};
  std::vector<Argument> arguments;
};

struct Plan {
  std::vector<Allocation> allocations;
  std::vector<std::uint32_t> tensors;  // those allocations that are inputs or outputs, each once
  std::vector<Range> ranges;
  std::vector<Launch> preparation;  // run once, when the function is opened
  std::vector<Launch> launches;
};

struct Target {
  bool cpu = false;
  std::uint32_t vector_width = 1;
  std::uint32_t compute_units = 1;
};

struct Function {
  std::string name;
  std::uint32_t batch = 0;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  std::vector<std::uint32_t> plans;  // one for each target
};

struct Bundle {
  std::string card;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t channels = 0;
  std::uint32_t classes = 0;
  std::vector<Weight> weights;
  std::vector<SourceFile> sources;
  std::vector<Program> programs;
  std::vector<Kernel> kernels;
  std::vector<std::string> scopes;
  std::vector<Plan> plans;
  std::vector<Target> targets;
  std::vector<Function> functions;
};

enum class Checksums { verified, ignored };

// Reads and checks all but the weights' values; throws Error. Checksums are only ever ignored by the
// fuzzer, which would not get past them.
Bundle read_bundle(ByteSource& source, Checksums checksums = Checksums::verified);

}  // namespace glimpse::runtime
