// CRC-32C (Castagnoli, reflected), eight bytes at a time ("slicing by 8").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace glimpse::runtime {

// Of the remainders of each byte, followed by 0 to 7 zero bytes.
using Crc32cTables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Crc32cTables make_crc32c_tables() {
  Crc32cTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ (0x82F63B78u & (0u - (crc & 1)));
    }
    tables[0][byte] = crc;
  }
  for (std::size_t t = 1; t < 8; ++t) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[t - 1][byte];
      tables[t][byte] = before >> 8 ^ tables[0][before & 255];
    }
  }
  return tables;
}

class Crc32c {
 public:
  void update(const unsigned char* data, std::size_t size) {
    static constexpr auto tables = make_crc32c_tables();
    std::uint32_t crc = ~value_;
    for (; size >= 8; data += 8, size -= 8) {
      const std::uint32_t low = crc ^ little(data);
      const std::uint32_t high = little(data + 4);
      crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^
            tables[4][low >> 24] ^ tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^
            tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
    }
    for (; size > 0; ++data, --size) {
      crc = crc >> 8 ^ tables[0][(crc ^ *data) & 255];
    }
    value_ = ~crc;
  }

  std::uint32_t value() const { return value_; }

 private:
  static std::uint32_t little(const unsigned char* bytes) {
    return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
           static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
  }

  std::uint32_t value_ = 0;
};

}  // namespace glimpse::runtime
