// Reads little-endian numbers and texts from a section of a bundle, and never past its end: whoever
// wrote the file is not trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "error.h"
#include "glimpse.h"

namespace glimpse::runtime {

class ByteReader {
 public:
  // where: how messages call the section.
  ByteReader(const std::vector<unsigned char>& bytes, std::string where)
      : data_(bytes.data()), size_(bytes.size()), where_(std::move(where)) {}

  std::uint8_t u8() { return *take(1); }

  std::uint32_t u32() {
    const unsigned char* bytes = take(4);
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) {
      value = value << 8 | bytes[i];
    }
    return value;
  }

  std::uint64_t u64() {
    const std::uint64_t low = u32();
    return low | static_cast<std::uint64_t>(u32()) << 32;
  }

  std::string text() {
    const std::uint32_t length = u32();
    const unsigned char* bytes = take(length);
    std::string value(reinterpret_cast<const char*>(bytes), length);
    if (value.find('\0') != std::string::npos) {
      fail("a text with a zero in it");
    }
    return value;
  }

  // The number of elements that follow. Each takes some bytes at least, so that no count makes the
  // reader allocate more than a small multiple of the file.
  std::uint32_t count(std::size_t least_bytes) {
    const std::uint32_t count = u32();
    if (count > (size_ - at_) / least_bytes) {
      fail(std::to_string(count) + " elements, for which it is too short");
    }
    return count;
  }

  // A number below a limit: what it counts is called what.
  std::uint32_t index(std::size_t limit, const char* what) {
    const std::uint32_t value = u32();
    if (value >= limit) {
      fail(std::string(what) + " " + std::to_string(value) + " of " + std::to_string(limit));
    }
    return value;
  }

  void finish() {
    if (at_ != size_) {
      fail(std::to_string(size_ - at_) + " bytes too many");
    }
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(GLIMPSE_DAMAGED,
                where_ + ": " + problem + ", before byte " + std::to_string(at_));
  }

 private:
  const unsigned char* take(std::size_t size) {
    if (size > size_ - at_) {
      fail("it ends early");
    }
    const unsigned char* bytes = data_ + at_;
    at_ += size;
    return bytes;
  }

  const unsigned char* data_;
  std::size_t size_;
  std::size_t at_ = 0;
  std::string where_;
};

}  // namespace glimpse::runtime
