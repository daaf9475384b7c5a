// libFuzzer's entry: whatever bytes come, the reader of bundles answers with an Error or a Bundle. They
// are taken both as a whole file and as the section about launches of one that is sound otherwise.
// Checksums are not looked at, or nearly all inputs would end there.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "bundle.h"
#include "error.h"
#include "glimpse.h"

namespace {

// A header, files of kernels without text, the launches, and 1 GiB of weights that are never read.
class Wrapped : public glimpse::runtime::ByteSource {
 public:
  Wrapped(const std::uint8_t* launches, std::size_t size) {
    const std::vector<unsigned char> sources = kernels();
    const std::size_t launches_at = kHeader + sources.size();
    const std::size_t weights_at = launches_at + size;
    size_ = weights_at + kWeights;
    bytes_.assign({'G', 'L', 'I', 'M', 'P', 'S', 'E', 0x1a, 1, 0, 0, 0, 4, 0, 0, 0});
    number(size_);
    section(1, kHeader, 0);
    section(2, kHeader, sources.size());
    section(3, launches_at, size);
    section(4, weights_at, kWeights);
    bytes_.resize(kHeader);
    bytes_.insert(bytes_.end(), sources.begin(), sources.end());
    bytes_.insert(bytes_.end(), launches, launches + size);
  }

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return size_; }

  void read(std::uint64_t offset, void* target, std::size_t size) override {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      throw glimpse::runtime::Error(GLIMPSE_FILE, "read too far");
    }
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), size,
                static_cast<unsigned char*>(target));
  }

 private:
  static constexpr std::size_t kHeader = 128;
  static constexpr std::uint64_t kWeights = 1 << 30;
  static constexpr unsigned char kKernels = 16;

  static std::vector<unsigned char> kernels() {
    std::vector<unsigned char> sources{kKernels, 0, 0, 0};
    sources.resize(4 + 8 * kKernels);  // an empty name, an empty text
    return sources;
  }

  void number(std::uint64_t value, int bytes = 8) {
    for (int i = 0; i < bytes; ++i) {
      bytes_.push_back(static_cast<unsigned char>(value >> 8 * i & 255));
    }
  }

  void section(std::uint32_t kind, std::uint64_t offset, std::uint64_t size) {
    number(kind, 4);
    number(0, 4);
    number(offset);
    number(size);
  }

  std::string name_ = "fuzz";
  std::vector<unsigned char> bytes_;
  std::uint64_t size_ = 0;
};

void read(glimpse::runtime::ByteSource& source) {
  try {
    glimpse::runtime::read_bundle(source, glimpse::runtime::Checksums::ignored);
  } catch (const glimpse::runtime::Error&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read(*glimpse::runtime::open_memory(data, size));
  Wrapped wrapped(data, size);
  read(wrapped);
  return 0;
}
