// SHA-256 (FIPS 180-4), for the names of cached programs.
#pragma once

#include <string>

namespace glimpse::runtime {

// The hash in hexadecimal digits.
std::string sha256(const std::string& data);

}  // namespace glimpse::runtime
