#include "bundle.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "byte_reader.h"
#include "crc32c.h"
#include "error.h"
#include "glimpse.h"

namespace glimpse::runtime {
namespace {

constexpr unsigned char kMagic[] = {'G', 'L', 'I', 'M', 'P', 'S', 'E', 0x1a};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 128;
constexpr std::size_t kChecksummedHeaderBytes = 120;
constexpr std::size_t kSections = 4;
constexpr std::uint64_t kMostElements = 0x7fffffff;
constexpr std::uint64_t kStateBytes = 12;
constexpr std::uint32_t kMostDimensions = 8;
constexpr std::size_t kMostTargets = 64;

struct Section {
  std::uint32_t kind = 0;
  std::uint32_t checksum = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

std::array<Section, kSections> read_header(ByteSource& source, Checksums checksums) {
  const std::string& name = source.name();
  if (source.size() < kHeaderBytes) {
    throw Error(GLIMPSE_DAMAGED, name + " is no bundle, or cut off: it has " +
                                     std::to_string(source.size()) +
                                     " bytes; copy it again, or export the model again");
  }
  std::vector<unsigned char> header(kHeaderBytes);
  source.read(0, header.data(), header.size());
  if (std::memcmp(header.data(), kMagic, sizeof kMagic) != 0) {
    throw Error(GLIMPSE_DAMAGED, name + " is no bundle that 'glimpse export' wrote");
  }
  ByteReader reader(header, name + ", header");
  reader.u64();  // the magic
  const std::uint32_t version = reader.u32();
  if (version != kVersion) {
    throw Error(GLIMPSE_VERSION, name + " is a bundle of version " + std::to_string(version) +
                                     ", and this library reads version " +
                                     std::to_string(kVersion) +
                                     ": export the model again, or update the library");
  }
  if (reader.u32() != kSections) {
    reader.fail("not four sections");
  }
  const std::uint64_t size = reader.u64();
  if (size != source.size()) {
    throw Error(GLIMPSE_DAMAGED,
                name + (source.size() < size ? " is cut off" : " is longer than it was") +
                    ": it has " + std::to_string(source.size()) + " bytes and was written with " +
                    std::to_string(size) + "; copy it again, or export the model again");
  }
  std::array<Section, kSections> sections;
  std::uint32_t kind = 0;
  for (Section& section : sections) {
    section.kind = reader.u32();
    section.checksum = reader.u32();
    section.offset = reader.u64();
    section.bytes = reader.u64();
    if (section.kind != ++kind || section.offset < kHeaderBytes || section.offset > size ||
        section.bytes > size - section.offset) {
      reader.fail("section " + std::to_string(kind) + " does not fit the file");
    }
  }
  Crc32c crc;
  crc.update(header.data(), kChecksummedHeaderBytes);
  if (checksums == Checksums::verified && reader.u32() != crc.value()) {
    reader.fail("its checksum is wrong");
  }
  return sections;
}

[[noreturn]] void fail_checksum(const ByteSource& source, const char* what) {
  throw Error(GLIMPSE_DAMAGED, source.name() + ", " + what +
                                   ": its checksum is wrong; the file is damaged: copy it again");
}

std::vector<unsigned char> read_section(ByteSource& source, const Section& section,
                                        const char* what, Checksums checksums) {
  std::vector<unsigned char> bytes(static_cast<std::size_t>(section.bytes));
  source.read(section.offset, bytes.data(), bytes.size());
  Crc32c crc;
  crc.update(bytes.data(), bytes.size());
  if (checksums == Checksums::verified && crc.value() != section.checksum) {
    fail_checksum(source, what);
  }
  return bytes;
}

// The weights are not kept: they go to the device when a function wants them.
void verify_weights(ByteSource& source, const Section& section) {
  std::vector<unsigned char> piece(1 << 16);
  Crc32c crc;
  for (std::uint64_t done = 0; done < section.bytes;) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), section.bytes - done));
    source.read(section.offset + done, piece.data(), size);
    crc.update(piece.data(), size);
    done += size;
  }
  if (crc.value() != section.checksum) {
    fail_checksum(source, "weights");
  }
}

std::vector<Weight> read_weights(ByteReader& reader, const Section& section) {
  std::vector<Weight> weights(reader.count(21));
  for (Weight& weight : weights) {
    weight.name = reader.text();
    const std::uint8_t type = reader.u8();
    weight.half = type == 1;
    weight.count = reader.u64();
    weight.offset = reader.u64();
    const std::uint64_t size = weight.half ? 2 : 4;
    if (type > 1 || weight.count == 0 || weight.count > kMostElements ||
        weight.offset > section.bytes || weight.count * size > section.bytes - weight.offset) {
      reader.fail("weight " + weight.name + " does not fit its section");
    }
    weight.offset += section.offset;
  }
  return weights;
}

Tensor read_tensor(ByteReader& reader) {
  Tensor tensor;
  tensor.name = reader.text();
  if (reader.u8() != 0) {
    reader.fail("tensor " + tensor.name + " is of an unknown type");
  }
  tensor.shape.resize(reader.count(4));
  if (tensor.shape.size() > kMostDimensions) {
    reader.fail("tensor " + tensor.name + " has too many dimensions");
  }
  for (std::uint32_t& length : tensor.shape) {
    length = reader.u32();
    if (length == 0 || length > kMostElements / tensor.count) {
      reader.fail("tensor " + tensor.name + " cannot have this shape");
    }
    tensor.count *= length;
  }
  return tensor;
}

std::vector<Tensor> read_tensors(ByteReader& reader) {
  std::vector<Tensor> tensors(reader.count(9));
  std::set<std::string> names;
  for (Tensor& tensor : tensors) {
    tensor = read_tensor(reader);
    if (!names.insert(tensor.name).second) {
      reader.fail("two tensors are named " + tensor.name);
    }
  }
  return tensors;
}

Launch read_launch(ByteReader& reader, const Bundle& bundle, const Plan& plan) {
  Launch launch;
  launch.kernel = reader.index(bundle.kernels.size(), "kernel");
  launch.scope = reader.index(bundle.scopes.size(), "scope");
  launch.flops = reader.u64();
  launch.bytes = reader.u64();
  launch.dimensions = reader.u8();
  if (launch.dimensions < 1 || launch.dimensions > launch.global.size()) {
    reader.fail("a launch with " + std::to_string(launch.dimensions) + " dimensions");
  }
  for (std::uint32_t d = 0; d < launch.dimensions; ++d) {
    launch.global[d] = reader.u32();
  }
  for (std::uint32_t d = 0; d < launch.dimensions; ++d) {
    launch.local[d] = reader.u32();
    if (launch.local[d] == 0 || launch.global[d] == 0 || launch.global[d] > kMostElements ||
        launch.global[d] % launch.local[d] != 0) {
      reader.fail("a launch whose work-items do not fill its work-groups");
    }
  }
  launch.arguments.resize(reader.count(5));
  for (Argument& argument : launch.arguments) {
    const std::uint8_t kind = reader.u8();
    if (kind > static_cast<std::uint8_t>(ArgumentKind::floating)) {
      reader.fail("an argument of an unknown kind");
    }
    argument.kind = static_cast<ArgumentKind>(kind);
    argument.value = argument.kind == ArgumentKind::memory
                         ? reader.index(plan.ranges.size(), "range")
                         : reader.u32();
  }
  return launch;
}

std::vector<Launch> read_launches(ByteReader& reader, const Bundle& bundle, const Plan& plan) {
  std::vector<Launch> launches(reader.count(37));
  for (Launch& launch : launches) {
    launch = read_launch(reader, bundle, plan);
  }
  return launches;
}

Plan read_plan(ByteReader& reader, const Bundle& bundle) {
  Plan plan;
  const std::uint32_t allocations = reader.count(13);
  std::set<std::pair<Role, std::uint32_t>> tensors;
  for (std::uint32_t i = 0; i < allocations; ++i) {
    Allocation& allocation = plan.allocations.emplace_back();
    const std::uint8_t role = reader.u8();
    if (role > static_cast<std::uint8_t>(Role::scratch)) {
      reader.fail("memory of an unknown kind");
    }
    allocation.role = static_cast<Role>(role);
    allocation.index = reader.u32();
    allocation.bytes = reader.u64();
    const bool fits =
        allocation.role == Role::weight ? allocation.index < bundle.weights.size() &&
                                              allocation.bytes ==
                                                  4 * bundle.weights[allocation.index].count
        : allocation.role == Role::state ? allocation.bytes == kStateBytes
                                         : allocation.bytes > 0;
    if (!fits) {
      reader.fail("memory of an impossible size");
    }
    if (allocation.role == Role::input || allocation.role == Role::output) {
      plan.tensors.push_back(i);
      if (!tensors.emplace(allocation.role, allocation.index).second) {
        reader.fail("memory of one tensor, twice");
      }
    }
  }
  plan.ranges.resize(reader.count(20));
  for (Range& range : plan.ranges) {
    range.allocation = reader.index(plan.allocations.size(), "memory");
    range.offset = reader.u64();
    range.bytes = reader.u64();
    const std::uint64_t size = plan.allocations[range.allocation].bytes;
    if (range.bytes == 0 || range.offset > size || range.bytes > size - range.offset) {
      reader.fail("a range outside of its memory");
    }
  }
  plan.preparation = read_launches(reader, bundle, plan);
  plan.launches = read_launches(reader, bundle, plan);
  if (plan.launches.empty()) {
    reader.fail("a plan without launches");
  }
  return plan;
}

std::vector<Target> read_targets(ByteReader& reader) {
  std::vector<Target> targets(reader.count(9));
  if (targets.size() > kMostTargets) {
    reader.fail("too many targets");
  }
  for (Target& target : targets) {
    target.cpu = reader.u8() == 0;
    target.vector_width = reader.u32();
    target.compute_units = reader.u32();
  }
  return targets;
}

// Whether a plan's inputs and outputs are as large as the function says.
bool suits(const Plan& plan, const Function& function) {
  return plan.tensors.size() <= function.inputs.size() + function.outputs.size() &&
         std::all_of(plan.tensors.begin(), plan.tensors.end(), [&](std::uint32_t i) {
           const Allocation& allocation = plan.allocations[i];
           const auto& tensors =
               allocation.role == Role::input ? function.inputs : function.outputs;
           return allocation.index < tensors.size() &&
                  allocation.bytes == 4 * tensors[allocation.index].count;
         });
}

Function read_function(ByteReader& reader, const Bundle& bundle) {
  Function function;
  function.name = reader.text();
  function.batch = reader.u32();
  if (function.batch == 0) {
    reader.fail("function " + function.name + " with a batch of 0");
  }
  function.inputs = read_tensors(reader);
  function.outputs = read_tensors(reader);
  for (std::size_t t = 0; t < bundle.targets.size(); ++t) {
    function.plans.push_back(reader.index(bundle.plans.size(), "plan"));
    if (!suits(bundle.plans[function.plans.back()], function)) {
      reader.fail("function " + function.name + " has the plan of another one");
    }
  }
  return function;
}

void read_sources(ByteReader reader, Bundle& bundle) {
  bundle.sources.resize(reader.count(8));
  for (SourceFile& file : bundle.sources) {
    file.name = reader.text();
    file.text = reader.text();
  }
  reader.finish();
}

void read_index(ByteReader reader, const Section& weights, Bundle& bundle) {
  bundle.height = reader.u32();
  bundle.width = reader.u32();
  bundle.channels = reader.u32();
  bundle.classes = reader.u32();
  bundle.weights = read_weights(reader, weights);
  bundle.programs.resize(reader.count(8));
  for (Program& program : bundle.programs) {
    program.source = reader.index(bundle.sources.size(), "source");
    program.definitions = reader.text();
  }
  bundle.kernels.resize(reader.count(8));
  for (Kernel& kernel : bundle.kernels) {
    kernel.program = reader.index(bundle.programs.size(), "program");
    kernel.entry = reader.text();
  }
  bundle.scopes.resize(reader.count(4));
  for (std::string& scope : bundle.scopes) {
    scope = reader.text();
  }
  bundle.plans.resize(reader.count(16));
  for (Plan& plan : bundle.plans) {
    plan = read_plan(reader, bundle);
  }
  bundle.targets = read_targets(reader);
  bundle.functions.resize(reader.count(16));
  std::set<std::pair<std::string, std::uint32_t>> known;
  for (Function& function : bundle.functions) {
    function = read_function(reader, bundle);
    if (!known.emplace(function.name, function.batch).second) {
      reader.fail("function " + function.name + " is there twice");
    }
  }
  reader.finish();
}

}  // namespace

Bundle read_bundle(ByteSource& source, Checksums checksums) {
  const auto sections = read_header(source, checksums);
  Bundle bundle;
  const auto card = read_section(source, sections[0], "card", checksums);
  bundle.card.assign(card.begin(), card.end());
  const auto sources = read_section(source, sections[1], "sources", checksums);
  read_sources(ByteReader(sources, source.name() + ", sources"), bundle);
  const auto index = read_section(source, sections[2], "plans", checksums);
  read_index(ByteReader(index, source.name() + ", plans"), sections[3], bundle);
  if (checksums == Checksums::verified) {
    verify_weights(source, sections[3]);
  }
  return bundle;
}

}  // namespace glimpse::runtime
