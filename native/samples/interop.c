/* Shares a context, a queue and a buffer with the program's own OpenCL code, which turns the images
 * that a model draws to negatives where they lie: interop MODEL.glimpse */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <glimpse.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char* const source =
    "__kernel void negative(__global float* pixels) {"
    "  pixels[get_global_id(0)] = 1 - pixels[get_global_id(0)];"
    "}";

static void need(int ok, const char* what) {
  if (!ok) {
    fprintf(stderr, "interop: %s: %s\n", what, glimpse_error());
    exit(1);
  }
}

/* The first device of the first platform that has one. */
static cl_device_id first_device(void) {
  cl_platform_id platforms[8];
  cl_uint count = 0;
  cl_device_id device = NULL;
  clGetPlatformIDs(8, platforms, &count);
  for (cl_uint p = 0; p < count && p < 8; p++) {
    if (clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, 1, &device, NULL) == CL_SUCCESS) {
      return device;
    }
  }
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    return fputs("interop MODEL.glimpse\n", stderr), 1;
  }
  cl_device_id device = first_device();
  need(device != NULL, "no OpenCL device");
  cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
  cl_command_queue queue = clCreateCommandQueue(context, device, 0, NULL);
  cl_program program = clCreateProgramWithSource(context, 1, (const char**)&source, NULL, NULL);
  need(clBuildProgram(program, 1, &device, "", NULL, NULL) == CL_SUCCESS, "own kernel");
  cl_kernel negative = clCreateKernel(program, "negative", NULL);

  const glimpse_options options = {NULL, context, queue};
  glimpse_model* model;
  glimpse_function* sample;
  glimpse_tensor images;
  need(glimpse_open(argv[1], &options, &model) == GLIMPSE_OK, "open");
  need(glimpse_function_open(model, "sample", 1, &sample) == GLIMPSE_OK, "sample");
  need(glimpse_output(sample, 0, &images) == GLIMPSE_OK, "output");

  /* As the library copies them ... */
  float* copied = malloc(images.count * sizeof *copied);
  float* own = malloc(images.count * sizeof *own);
  need(copied != NULL && own != NULL, "memory");
  need(glimpse_seed(sample, 3) == GLIMPSE_OK && glimpse_run(sample) == GLIMPSE_OK &&
           glimpse_read(sample, images.name, copied, images.count) == GLIMPSE_OK,
       "run");

  /* ... and in the program's own buffer, where its own kernel goes on with them. Nothing waits. */
  cl_mem buffer =
      clCreateBuffer(context, CL_MEM_READ_WRITE, images.count * sizeof(float), NULL, NULL);
  cl_event drawn = NULL;
  need(glimpse_bind(sample, images.name, buffer) == GLIMPSE_OK, "bind");
  need(glimpse_seed(sample, 3) == GLIMPSE_OK, "seed");
  need(glimpse_enqueue(sample, 0, NULL, &drawn) == GLIMPSE_OK, "enqueue");
  clSetKernelArg(negative, 0, sizeof buffer, &buffer);
  need(clEnqueueNDRangeKernel(queue, negative, 1, NULL, &images.count, NULL, 1, &drawn, NULL) ==
           CL_SUCCESS,
       "own launch");
  clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, images.count * sizeof(float), own, 0, NULL, NULL);
  size_t differ = 0;
  for (size_t i = 0; i < images.count; i++) {
    differ += fabsf(1 - copied[i] - own[i]) > 1e-6f;
  }
  printf("%zu pixels, %zu differ\n", images.count, differ);

  clReleaseEvent(drawn);
  glimpse_close(model);
  clReleaseMemObject(buffer);
  clReleaseKernel(negative);
  clReleaseProgram(program);
  clReleaseCommandQueue(queue);
  clReleaseContext(context);
  free(copied);
  free(own);
  return differ != 0;
}
