// Where a bundle's bytes come from: a file, which is read in pieces and never mapped, so that one that
// is cut short while it is in use gives an error and no signal, or memory of the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace glimpse::runtime {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // How messages call it.
  virtual const std::string& name() const = 0;
  virtual std::uint64_t size() const = 0;

  // Copies bytes, or throws Error. Not to be called by several threads at once.
  virtual void read(std::uint64_t offset, void* target, std::size_t size) = 0;
};

std::unique_ptr<ByteSource> open_file(const std::string& path);
std::unique_ptr<ByteSource> open_memory(const void* data, std::size_t size);

}  // namespace glimpse::runtime
