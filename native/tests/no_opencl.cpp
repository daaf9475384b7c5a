// What a program is told where no OpenCL is installed: no_opencl BUNDLE. dlopen is this program's own,
// and finds no OpenCL.
#include <cstdio>
#include <cstring>
#include <glimpse.h>

extern "C" __attribute__((visibility("default"))) void* dlopen(const char*, int) { return nullptr; }

namespace {

bool told(int status) {
  std::printf("%s: %s\n", glimpse_status_name(status), glimpse_error());
  return status == GLIMPSE_NO_OPENCL && std::strstr(glimpse_error(), "apt-get") != nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  glimpse_model* model = nullptr;
  glimpse_function* function = nullptr;
  if (argc != 2 || glimpse_open(argv[1], nullptr, &model) != GLIMPSE_OK) {
    std::fprintf(stderr, "a bundle must open without OpenCL: %s\n", glimpse_error());
    return 1;
  }
  std::size_t count = 0;
  const bool all = told(glimpse_function_open(model, "sample", 0, &function)) &&
                   told(glimpse_devices(nullptr, 0, &count));
  glimpse_close(model);
  return all ? 0 : 1;
}
