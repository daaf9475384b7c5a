// libFuzzer's entry: whatever bytes come, the reader of bundles answers with an Error or a Bundle.
// Checksums are not looked at, or nearly all inputs would end there.
#include <cstddef>
#include <cstdint>

#include "bundle.h"
#include "error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto source = glimpse::open_memory(data, size);
    glimpse::read_bundle(*source, glimpse::Checksums::ignored);
  } catch (const glimpse::Error&) {
    return 0;
  }
  return 0;
}
