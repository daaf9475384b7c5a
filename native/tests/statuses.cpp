// What a program is told of calls of OpenCL that failed.
#include <cstdio>
#include <cstring>

#include "device.h"
#include "error.h"

namespace {

bool told(glimpse::opencl::cl_int status, int wanted, const char* text) {
  try {
    glimpse::runtime::check(status, "clFinish");
  } catch (const glimpse::runtime::Error& error) {
    std::printf("%d: %s\n", status, error.what());
    return error.status() == wanted && std::strstr(error.what(), "clFinish") != nullptr &&
           std::strstr(error.what(), text) != nullptr;
  }
  return wanted == GLIMPSE_OK;
}

}  // namespace

int main() {
  using namespace glimpse::opencl;
  const bool ok = told(SUCCESS, GLIMPSE_OK, "") &&
                  told(OUT_OF_RESOURCES, GLIMPSE_OUT_OF_MEMORY, "or a kernel failed") &&
                  told(MEM_OBJECT_ALLOCATION_FAILURE, GLIMPSE_OUT_OF_MEMORY, "smaller batch") &&
                  told(-9999, GLIMPSE_DEVICE, "-9999");
  return ok ? 0 : 1;
}
