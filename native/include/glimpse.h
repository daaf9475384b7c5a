/*
 * libglimpse: runs trained Glimpse models, from the bundles that `glimpse export` writes, on an
 * OpenCL device. No JVM, and nothing but an OpenCL driver, which is looked for when it is needed.
 *
 * Every function that can fail returns a status, GLIMPSE_OK or another one; glimpse_error() then
 * says what went wrong and what to do. After an error nothing was changed, and outputs were not
 * written, unless a function says otherwise.
 *
 * Threads: a model may be used by many threads at once, save that it must be closed by one, when
 * nobody uses it or its functions any more. A function is used by one thread at a time; functions of
 * one model may be used at the same time.
 *
 * A bundle holds kernels, which are programs: on a CPU they run in the process that loads them.
 * Checksums detect damage, not malice. Load only bundles from sources that you trust.
 */
#ifndef GLIMPSE_H
#define GLIMPSE_H

#include <stddef.h>
#include <stdint.h>

#if defined(GLIMPSE_STATIC)
#define GLIMPSE_API
#elif defined(_WIN32) && defined(GLIMPSE_BUILDING)
#define GLIMPSE_API __declspec(dllexport)
#elif defined(_WIN32)
#define GLIMPSE_API __declspec(dllimport)
#else
#define GLIMPSE_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Statuses. */
#define GLIMPSE_OK 0
#define GLIMPSE_INVALID_ARGUMENT 1 /* the caller passed something that cannot be */
#define GLIMPSE_NOT_FOUND 2        /* no function, input or output of that name */
#define GLIMPSE_FILE 3             /* the file cannot be read */
#define GLIMPSE_DAMAGED 4          /* it is no bundle, or its bytes have changed */
#define GLIMPSE_VERSION 5          /* a bundle for another version of this library */
#define GLIMPSE_NO_OPENCL 6        /* no OpenCL loader is installed */
#define GLIMPSE_NO_DEVICE 7        /* no OpenCL device, or none that was asked for */
#define GLIMPSE_OUT_OF_MEMORY 8    /* of the host or of the device, or a kernel failed */
#define GLIMPSE_DEVICE 9           /* a call of OpenCL failed, or a kernel does not compile */
#define GLIMPSE_INTERNAL 10        /* an error of this library */

typedef struct glimpse_model glimpse_model;
typedef struct glimpse_function glimpse_function;

/* OpenCL's own types, under the names that CL/cl.h gives their structs. */
struct _cl_context;
struct _cl_command_queue;
struct _cl_mem;
struct _cl_event;

/* Where a model runs. Zeros are the defaults. */
typedef struct glimpse_options {
  /* "best" (the default: a GPU, else a CPU), "gpu", "cpu", "opencl:PLATFORM.DEVICE", or a part of
   * the device's name. Not looked at where there is a context. */
  const char* device;
  /* The caller's context and, in it, a queue; the model runs on the queue's device. Either both or
   * neither. The queue must run in order. Both are retained. */
  struct _cl_context* context;
  struct _cl_command_queue* queue;
} glimpse_options;

/* Kinds of devices. */
#define GLIMPSE_KIND_OTHER 0 /* emulated, or neither of these: only used where it is named */
#define GLIMPSE_KIND_GPU 1
#define GLIMPSE_KIND_CPU 2

/* A device that glimpse_options can name. Texts are valid as long as the library is loaded. */
typedef struct glimpse_device_info {
  const char* id; /* "opencl:PLATFORM.DEVICE" */
  const char* name;
  const char* platform; /* the driver's name */
  int kind;
} glimpse_device_info;

/* An input or output: float32, row-major. Images are [N, H * W * C] in [0, 1], labels one-hot. */
typedef struct glimpse_tensor {
  const char* name; /* valid until the model is closed */
  size_t rank;
  uint32_t shape[8];
  size_t count; /* floats */
} glimpse_tensor;

/* Device memory, in bytes. */
typedef struct glimpse_memory {
  uint64_t weights; /* that the function reads in every run; functions of a model share them */
  uint64_t arena;   /* of everything in between, and of weights in the form that kernels want */
  uint64_t tensors; /* of inputs, outputs and the random state */
} glimpse_memory;

/* What one launch of a profiled run took. Texts are valid until the model is closed. */
typedef struct glimpse_timing {
  const char* layer;
  const char* kernel;
  double seconds;
  uint64_t flops; /* that it needs at least */
  uint64_t bytes; /* that it reads and writes at least */
} glimpse_timing;

/* The library's version. Any thread. */
GLIMPSE_API const char* glimpse_version(void);

/* What the last call in this thread that failed has to say; "" before any. Valid until the next call
 * in this thread. Any thread. */
GLIMPSE_API const char* glimpse_error(void);

/* A status as text, for example "GLIMPSE_NO_DEVICE". Any thread. */
GLIMPSE_API const char* glimpse_status_name(int status);

/*
 * Lists the OpenCL devices, best first: "best" is the first one whose kind is not
 * GLIMPSE_KIND_OTHER. count gets the number of them, which may be 0; devices, which may be NULL, gets
 * the first capacity of them. A driver that does not answer is passed over. Any thread.
 */
GLIMPSE_API int glimpse_devices(glimpse_device_info* devices, size_t capacity, size_t* count);

/* Opens a bundle and checks it. No device is needed yet. options may be NULL. Any thread. */
GLIMPSE_API int glimpse_open(const char* path, const glimpse_options* options,
                             glimpse_model** model);

/* The same from memory, which must stay as it is until the model is closed. Any thread. */
GLIMPSE_API int glimpse_open_memory(const void* bundle, size_t size, const glimpse_options* options,
                                    glimpse_model** model);

/* Closes a model, and all functions of it that are open. NULL is ignored. */
GLIMPSE_API void glimpse_close(glimpse_model* model);

/* What the model is, how it was trained and how good it is: JSON. Any thread. */
GLIMPSE_API const char* glimpse_card(const glimpse_model* model);

/* The images that the model knows, and the number of classes of the data that it learnt from.
 * Whether a function takes labels, its inputs tell. Pointers may be NULL. Any thread. */
GLIMPSE_API int glimpse_images(const glimpse_model* model, uint32_t* height, uint32_t* width,
                               uint32_t* channels, uint32_t* classes);

/* How many functions the bundle holds, those for several batch sizes counted apart. Any thread. */
GLIMPSE_API size_t glimpse_function_count(const glimpse_model* model);

/* The name and the batch size of a function. Any thread. */
GLIMPSE_API int glimpse_function_at(const glimpse_model* model, size_t index, const char** name,
                                    uint32_t* batch);

/* The name of the device on which the model runs, which this opens. Any thread. */
GLIMPSE_API int glimpse_device(glimpse_model* model, const char** name);

/*
 * Makes a function ready to run: compiles its kernels (or takes them from the cache), allocates its
 * memory, uploads and packs its weights, and waits for its queue. batch 0 takes the smallest one
 * that the bundle has. The seed is 0; each input has to be given before the first run, by
 * glimpse_write, by glimpse_bind, or in the buffer that glimpse_buffer tells. Any thread.
 */
GLIMPSE_API int glimpse_function_open(glimpse_model* model, const char* name, uint32_t batch,
                                      glimpse_function** function);

/* Waits, and frees the function's memory. NULL is ignored. */
GLIMPSE_API void glimpse_function_close(glimpse_function* function);

/* Examples at a time. */
GLIMPSE_API uint32_t glimpse_batch(const glimpse_function* function);

GLIMPSE_API size_t glimpse_input_count(const glimpse_function* function);
GLIMPSE_API int glimpse_input(const glimpse_function* function, size_t index,
                              glimpse_tensor* tensor);
GLIMPSE_API size_t glimpse_output_count(const glimpse_function* function);
GLIMPSE_API int glimpse_output(const glimpse_function* function, size_t index,
                               glimpse_tensor* tensor);

/* Copies floats to an input, and waits. count must be the tensor's. */
GLIMPSE_API int glimpse_write(glimpse_function* function, const char* input, const float* values,
                              size_t count);

/* Waits for all runs, and copies an output to the caller. count must be the tensor's. */
GLIMPSE_API int glimpse_read(glimpse_function* function, const char* output, float* values,
                             size_t count);

/* Sets the seed of random numbers. Runs after it draw what the same runs drew before. Another batch
 * size draws other images from it. */
GLIMPSE_API int glimpse_seed(glimpse_function* function, uint64_t seed);

/* Runs and waits. Fails with GLIMPSE_INVALID_ARGUMENT, as do glimpse_enqueue and glimpse_profile,
 * as long as an input was not given. */
GLIMPSE_API int glimpse_run(glimpse_function* function);

/*
 * Enqueues a run and returns at once.
 * waits: events (count of them) that must have passed before it begins; NULL for none.
 * done: gets an event of the run's end, which the caller releases; NULL where none is wanted.
 * After an error a part of the run may have been enqueued.
 */
GLIMPSE_API int glimpse_enqueue(glimpse_function* function, uint32_t count,
                                struct _cl_event* const* waits, struct _cl_event** done);

/*
 * Lets the function read an input from, or write an output to, the caller's buffer, which must be of
 * the model's context and hold the tensor; it is retained. NULL gives the function its own again.
 */
GLIMPSE_API int glimpse_bind(glimpse_function* function, const char* tensor,
                             struct _cl_mem* buffer);

/* The buffer that an input or output is in, not retained for the caller, who fills an input's. */
GLIMPSE_API int glimpse_buffer(glimpse_function* function, const char* tensor,
                               struct _cl_mem** buffer);

/* What the function holds on the device. */
GLIMPSE_API int glimpse_memory_of(const glimpse_function* function, glimpse_memory* memory);

/*
 * Runs with the device's clock on, and waits. count gets the number of launches; timings, which may
 * be NULL, gets the first capacity of them.
 */
GLIMPSE_API int glimpse_profile(glimpse_function* function, glimpse_timing* timings,
                                size_t capacity, size_t* count);

#ifdef __cplusplus
}
#endif

#endif
