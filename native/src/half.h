// IEEE 754 binary16.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

// The bits of the binary32 of the same value, exactly.
inline std::uint32_t widened(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  std::uint32_t exponent = half >> 10 & 0x1fu;
  std::uint32_t fraction = half & 0x3ffu;
  if (exponent == 0x1f) {
    return sign | 0x7f800000u | fraction << 13;
  }
  if (exponent == 0) {
    if (fraction == 0) {
      return sign;
    }
    exponent = 1;
    while ((fraction & 0x400u) == 0) {  // a subnormal has a leading one in binary32
      fraction <<= 1;
      --exponent;
    }
    fraction &= 0x3ffu;
  }
  return sign | (exponent + 112u) << 23 | fraction << 13;
}

}  // namespace glimpse::runtime
