// What the header promises of a function that has been opened, to a program with queues of its own:
// queues VAE.glimpse. Nothing of the library's comes after an input that is written through another
// queue, however long the library's own had to wait.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <chrono>
#include <cstdio>
#include <glimpse.hpp>
#include <thread>
#include <vector>

namespace {

void need(cl_int status, const char* call) {
  if (status != CL_SUCCESS) {
    throw std::runtime_error(std::string(call) + ": " + std::to_string(status));
  }
}

cl_device_id first_device() {
  cl_platform_id platform = nullptr;
  cl_device_id device = nullptr;
  need(clGetPlatformIDs(1, &platform, nullptr), "clGetPlatformIDs");
  need(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr), "clGetDeviceIDs");
  return device;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    throw std::invalid_argument("queues VAE.glimpse");
  }
  cl_int status = CL_SUCCESS;
  const cl_device_id device = first_device();
  const cl_context context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &status);
  need(status, "clCreateContext");
  const cl_command_queue librarys = clCreateCommandQueue(context, device, 0, nullptr);
  const cl_command_queue own = clCreateCommandQueue(context, device, 0, nullptr);
  std::vector<float> read;
  std::vector<float> written;
  {
    glimpse::Model model(argv[1], {nullptr, context, librarys});
    const glimpse::Function first = model.function("decode");  // uploads the weights, and waits

    const cl_event busy = clCreateUserEvent(context, &status);
    need(status, "clCreateUserEvent");
    need(clEnqueueBarrierWithWaitList(librarys, 1, &busy, nullptr), "barrier");
    std::thread work([busy] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      clSetUserEventStatus(busy, CL_COMPLETE);
    });
    const glimpse::Function second = model.function("decode");
    const glimpse_tensor codes = second.inputs().at(0);
    cl_mem buffer = nullptr;
    glimpse::require(glimpse_buffer(second.get(), codes.name, &buffer));
    written.assign(codes.count, 1.5f);
    read.resize(codes.count);
    const size_t bytes = codes.count * sizeof(float);
    need(clEnqueueWriteBuffer(own, buffer, CL_TRUE, 0, bytes, written.data(), 0, nullptr, nullptr),
         "write");
    work.join();
    need(clFinish(librarys), "clFinish");
    need(clEnqueueReadBuffer(own, buffer, CL_TRUE, 0, bytes, read.data(), 0, nullptr, nullptr),
         "read");
    clReleaseEvent(busy);
  }
  clReleaseCommandQueue(own);
  clReleaseCommandQueue(librarys);
  clReleaseContext(context);
  std::printf("%s\n", read == written ? "inputs are what was written" : "inputs were overwritten");
  return read == written ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
