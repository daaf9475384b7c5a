// Damaged and hostile bundles, made from a good one: hostile BUNDLE. Each must be refused with a
// status and a text, in no time; none may be a crash (run it under a sanitizer to see more).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "bundle.h"
#include "crc32c.h"
#include "error.h"
#include "glimpse.h"

namespace {

using Bytes = std::vector<unsigned char>;

constexpr std::size_t kSectionTable = 24;
constexpr std::size_t kEntry = 24;
constexpr std::size_t kHeaderChecksum = 120;

template <typename T>
T get(const Bytes& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <typename T>
void put(Bytes& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

std::uint32_t crc(const unsigned char* data, std::size_t size) {
  glimpse::runtime::Crc32c crc;
  crc.update(data, size);
  return crc.value();
}

// Makes all checksums right again, as somebody who means harm would.
void sign(Bytes& bytes) {
  put(bytes, 16, static_cast<std::uint64_t>(bytes.size()));
  for (std::size_t s = 0; s < 4; ++s) {
    const std::size_t at = kSectionTable + s * kEntry;
    const auto offset = get<std::uint64_t>(bytes, at + 8);
    const auto size = get<std::uint64_t>(bytes, at + 16);
    if (offset <= bytes.size() && size <= bytes.size() - offset) {
      put(bytes, at + 4, crc(bytes.data() + offset, static_cast<std::size_t>(size)));
    }
  }
  put(bytes, kHeaderChecksum, crc(bytes.data(), kHeaderChecksum));
}

// Puts another section in place of one, at the end of the file.
void replace(Bytes& bytes, std::size_t section, const Bytes& content) {
  const std::size_t at = kSectionTable + section * kEntry;
  put(bytes, at + 8, static_cast<std::uint64_t>(bytes.size()));
  put(bytes, at + 16, static_cast<std::uint64_t>(content.size()));
  bytes.insert(bytes.end(), content.begin(), content.end());
}

int failures = 0;

// The status with which a bundle opens.
int open(const Bytes& bytes) {
  glimpse_model* model = nullptr;
  const int status = glimpse_open_memory(bytes.data(), bytes.size(), nullptr, &model);
  glimpse_close(model);
  return status;
}

void refused(const char* what, const Bytes& bytes, const char* text = "") {
  const auto start = std::chrono::steady_clock::now();
  const int status = open(bytes);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const bool ok = (status == GLIMPSE_DAMAGED || status == GLIMPSE_VERSION) &&
                  std::strlen(glimpse_error()) > 0 &&
                  std::strstr(glimpse_error(), text) != nullptr && took.count() < 2;
  std::printf("%-44s %s, %.3f s: %s\n", what, glimpse_status_name(status), took.count(),
              glimpse_error());
  failures += ok ? 0 : 1;
}

void number(Bytes& bytes, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes.push_back(static_cast<unsigned char>(value >> 8 * i & 255));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  std::ifstream stream(argv[1], std::ios::binary);
  const Bytes good{std::istreambuf_iterator<char>(stream), {}};
  if (good.empty() || open(good) != GLIMPSE_OK) {
    std::fprintf(stderr, "the bundle itself does not open: %s\n", glimpse_error());
    return 1;
  }
  const auto damaged = [&](const char* what, const std::function<void(Bytes&)>& damage) {
    Bytes bytes = good;
    damage(bytes);
    sign(bytes);
    refused(what, bytes);
  };

  refused("nothing", Bytes(1));
  refused("not a bundle", Bytes(1000, 'x'));
  damaged("another version", [](Bytes& b) { put<std::uint32_t>(b, 8, 2); });
  damaged("a billion sections", [](Bytes& b) { put<std::uint32_t>(b, 12, 1000000000); });
  damaged("a section behind the end", [](Bytes& b) { put<std::uint64_t>(b, 32, 1ull << 40); });
  damaged("offset + size overflows", [](Bytes& b) {
    put<std::uint64_t>(b, 32, 256);
    put<std::uint64_t>(b, 40, ~0ull - 100);
  });
  damaged("a million tensors in 4 bytes", [](Bytes& b) {
    Bytes index;
    for (int i = 0; i < 4; ++i) number(index, 28);
    number(index, 1000000);
    replace(b, 2, index);
  });
  damaged("a million weights outside of the section", [](Bytes& b) {
    Bytes index;
    for (int i = 0; i < 4; ++i) number(index, 28);
    number(index, 1000000);
    for (int i = 0; i < 1000000; ++i) {
      number(index, 1);
      index.push_back('w');
      index.push_back(0);
      for (int word = 0; word < 4; ++word) number(index, 0xffffffff);
    }
    replace(b, 2, index);
  });
  damaged("four billion sources", [](Bytes& b) { replace(b, 1, {255, 255, 255, 255}); });
  damaged("a text longer than the file", [](Bytes& b) {
    replace(b, 1, {1, 0, 0, 0, 255, 255, 255, 127, 'x'});
  });
  damaged("sections in each other's place", [](Bytes& b) {
    for (std::size_t i = 8; i < kEntry; ++i) {
      std::swap(b[kSectionTable + kEntry + i], b[kSectionTable + 2 * kEntry + i]);
    }
  });

  Bytes longer = good;
  longer.push_back(0);
  refused("a byte too many", longer, "is longer than it was");
  const auto half = static_cast<std::ptrdiff_t>(good.size() / 2);
  refused("half of it", Bytes(good.begin(), good.begin() + half), "is cut off");
  // Cut short at many places: each cut is seen.
  for (std::size_t size = 0; size < good.size(); size += 1 + good.size() / 97) {
    if (open(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))) == GLIMPSE_OK) {
      std::printf("a bundle cut after %zu bytes opens\n", size);
      ++failures;
    }
  }
  // One bit flipped, anywhere but in the padding: each is seen by a checksum.
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    Bytes bytes = good;
    const std::size_t section = kSectionTable + random() % 4 * kEntry;
    const auto offset = get<std::uint64_t>(good, section + 8);
    const auto size = get<std::uint64_t>(good, section + 16);
    const std::size_t at = i < 50 ? random() % 124 : static_cast<std::size_t>(offset + random() % size);
    bytes[at] = static_cast<unsigned char>(bytes[at] ^ 1u << random() % 8);
    if (open(bytes) == GLIMPSE_OK) {
      std::printf("a bundle with a bit flipped in byte %zu opens\n", at);
      ++failures;
    }
  }
  // Bytes changed and signed: whatever the reader accepts, it is within bounds (see the sanitizers).
  int accepted = 0;
  for (int i = 0; i < 300; ++i) {
    Bytes bytes = good;
    const auto offset = get<std::uint64_t>(good, kSectionTable + 2 * kEntry + 8);
    const auto size = get<std::uint64_t>(good, kSectionTable + 2 * kEntry + 16);
    for (int change = 0; change < 3; ++change) {
      bytes[static_cast<std::size_t>(offset + random() % size)] =
          static_cast<unsigned char>(random() & 255);
    }
    sign(bytes);
    accepted += open(bytes) == GLIMPSE_OK;
  }
  std::printf("of 300 bundles with changed launches %d were accepted\n", accepted);
  return failures == 0 ? 0 : 1;
}
