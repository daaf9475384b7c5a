// A stand-in for NVIDIA's driver (libcuda.so.1) over host memory: what the CUDA back end calls, no
// more. It keeps count of what lives, refuses what a capture does not allow, and runs on the host what
// compiler.c made of kernels. Memory holds NaN until it is written. So the back end and the kernels'
// dialect are tested without a card; what a card does with them is not.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "grid.h"

enum {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  LAUNCH_FAILED = 719,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901
};

// What tests ask for as attributes of a device: see StandIn.java.
enum {
  LIVE = 100000,
  LAUNCHES = 100001,
  GRAPH_LAUNCHES = 100002,
  REFUSE_CAPTURE = 100003,
  CAPABILITY = 200000  // and more: 10 times the major, and the minor one
};

#define MEMORY (1ll << 30)

struct event {
  double milliseconds;
};

struct function {
  void *module;
  const struct kernel *kernel;
  char name[64];
};

// A launch: its arguments are copied behind it.
struct launch {
  const struct function *function;
  struct place grid_size, block_size;
};

// Something that a stream does in its turn.
struct entry {
  int (*run)(const void *arguments);
  void *arguments;
  size_t bytes;
};

struct graph {
  int count;
  struct entry *entries;
};

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int live, launches, graph_launches, refuse_capture;
static int capability = 91;
static int context;
static _Thread_local int current_is_set;
static struct graph *capturing;
static int invalidated;
static int broken;  // A kernel failed: nothing works any more in its context.

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

#define NEEDS_CONTEXT                          \
  if (!current_is_set) return INVALID_CONTEXT; \
  if (broken) return LAUNCH_FAILED
// What waits for the device is refused while a stream captures, and spoils the capture.
#define NOT_WHILE_CAPTURING    \
  if (capturing) {             \
    invalidated = 1;           \
    return CAPTURE_UNSUPPORTED; \
  }

int cuInit(unsigned flags) { return flags == 0 ? SUCCESS : INVALID_VALUE; }

int cuDriverGetVersion(int *version) {
  *version = 13010;
  return SUCCESS;
}

int cuDeviceGetCount(int *count) {
  *count = 1;
  return SUCCESS;
}

int cuDeviceGet(int *device, int ordinal) {
  *device = 7;
  return ordinal == 0 ? SUCCESS : INVALID_VALUE;
}

int cuDeviceGetName(char *name, int length, int device) {
  strncpy(name, "Stand-in", length);
  return device == 7 ? SUCCESS : INVALID_VALUE;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device) {
  *bytes = MEMORY;
  return device == 7 ? SUCCESS : INVALID_VALUE;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
  if (device != 7) return INVALID_VALUE;
  switch (attribute) {
    case 1: *value = 1024; break;       // MAX_THREADS_PER_BLOCK
    case 8: *value = 48 << 10; break;   // MAX_SHARED_MEMORY_PER_BLOCK
    case 16: *value = 2; break;         // MULTIPROCESSOR_COUNT
    case 75: *value = capability / 10; break;  // COMPUTE_CAPABILITY_MAJOR
    case 76: *value = capability % 10; break;  // COMPUTE_CAPABILITY_MINOR
    case 115: *value = 1; break;        // MEMORY_POOLS_SUPPORTED
    case LIVE: *value = live; break;
    case LAUNCHES: *value = launches; break;
    case GRAPH_LAUNCHES: *value = graph_launches; break;
    case REFUSE_CAPTURE: *value = refuse_capture = !refuse_capture; break;
    default:
      if (attribute < CAPABILITY || attribute >= CAPABILITY + 1000) return INVALID_VALUE;
      *value = capability = attribute - CAPABILITY;
  }
  return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void **result, int device) {
  live++;
  *result = &context;
  return device == 7 ? SUCCESS : INVALID_VALUE;
}

int cuDevicePrimaryCtxRelease_v2(int device) {
  live--;
  current_is_set = 0;
  broken = 0;
  return device == 7 ? SUCCESS : INVALID_VALUE;
}

int cuCtxSetCurrent(void *wanted) {
  current_is_set = wanted == &context;
  return current_is_set ? SUCCESS : INVALID_CONTEXT;
}

static int create(void **result, size_t bytes) {
  NEEDS_CONTEXT;
  live++;
  *result = calloc(1, bytes);
  return SUCCESS;
}

static int destroy(void *object) {
  NEEDS_CONTEXT;
  live--;
  free(object);
  return object ? SUCCESS : INVALID_HANDLE;
}

int cuStreamCreate(void **stream, unsigned flags) {
  return flags == 1 ? create(stream, 1) : INVALID_VALUE;  // NON_BLOCKING
}
int cuStreamDestroy_v2(void *stream) { return destroy(stream); }
int cuStreamSynchronize(void *stream) {
  NEEDS_CONTEXT;
  NOT_WHILE_CAPTURING
  return stream ? SUCCESS : INVALID_HANDLE;
}

int cuDeviceGetDefaultMemPool(void **pool, int device) {
  *pool = &context;
  return device == 7 ? SUCCESS : INVALID_VALUE;
}

int cuMemPoolSetAttribute(void *pool, int attribute, void *value) {
  return pool == &context && attribute == 4 && *(uint64_t *)value == UINT64_MAX ? SUCCESS
                                                                                : INVALID_VALUE;
}

int cuMemPoolTrimTo(void *pool, size_t bytes) {
  NEEDS_CONTEXT;
  return pool == &context && bytes == 0 ? SUCCESS : INVALID_VALUE;
}

int cuMemAllocAsync(uint64_t *address, size_t bytes, void *stream) {
  NEEDS_CONTEXT;
  NOT_WHILE_CAPTURING
  if (!stream || !bytes) return INVALID_VALUE;
  if (bytes > MEMORY / 2) return OUT_OF_MEMORY;
  live++;
  *address = (uint64_t)(uintptr_t)aligned_alloc(256, (bytes + 255) / 256 * 256);
  memset((void *)(uintptr_t)*address, 0xff, bytes);
  return SUCCESS;
}

int cuMemFreeAsync(uint64_t address, void *stream) {
  return stream ? destroy((void *)(uintptr_t)address) : INVALID_VALUE;
}

int cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
  return flags == 0 ? create(memory, bytes) : INVALID_VALUE;
}
int cuMemFreeHost(void *memory) { return destroy(memory); }

int cuMemcpyHtoDAsync_v2(uint64_t target, const void *source, size_t bytes, void *stream) {
  NEEDS_CONTEXT;
  memcpy((void *)(uintptr_t)target, source, bytes);
  return stream ? SUCCESS : INVALID_HANDLE;
}

int cuMemcpyDtoHAsync_v2(void *target, uint64_t source, size_t bytes, void *stream) {
  NEEDS_CONTEXT;
  memcpy(target, (const void *)(uintptr_t)source, bytes);
  return stream ? SUCCESS : INVALID_HANDLE;
}

// A module is a shared library, which the loader wants as a file. Its size is not told: behind its last
// section header nothing follows.
int cuModuleLoadData(void **module, const void *image) {
  NEEDS_CONTEXT;
  const Elf64_Ehdr *header = image;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG)) return INVALID_IMAGE;
  const size_t bytes = header->e_shoff + (size_t)header->e_shnum * header->e_shentsize;
  char path[] = "/tmp/stand-in-XXXXXX";
  const int file = mkstemp(path);
  if (file < 0) return OUT_OF_MEMORY;
  const int written = write(file, image, bytes) == (ssize_t)bytes;
  close(file);
  *module = written ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
  unlink(path);
  if (!*module) return INVALID_IMAGE;
  live++;
  return SUCCESS;
}

// Functions live as long as their module.
struct functions {
  struct functions *next;
  struct function function;
};
static struct functions *functions;

int cuModuleUnload(void *module) {
  NEEDS_CONTEXT;
  for (struct functions **at = &functions; *at;) {
    struct functions *one = *at;
    if (one->function.module == module) {
      *at = one->next;
      free(one);
    } else {
      at = &one->next;
    }
  }
  live--;
  return dlclose(module) ? INVALID_HANDLE : SUCCESS;
}

int cuModuleGetFunction(void **result, void *module, const char *name) {
  NEEDS_CONTEXT;
  char entry[80];
  snprintf(entry, sizeof entry, "%s_entry", name);
  const struct kernel *kernel = dlsym(module, entry);
  if (!kernel) return NOT_FOUND;
  struct functions *one = calloc(1, sizeof *one);
  *one = (struct functions){functions, {module, kernel, {0}}};
  strncpy(one->function.name, name, sizeof one->function.name - 1);
  functions = one;
  *result = &one->function;
  return SUCCESS;
}

// Parameters lie as in a struct.
int cuFuncGetParamInfo(void *function, size_t index, size_t *offset, size_t *size) {
  if (!function) return INVALID_VALUE;
  const size_t *sizes = ((struct function *)function)->kernel->sizes;
  size_t end = 0;
  for (size_t i = 0; sizes[i]; i++) {
    *offset = (end + sizes[i] - 1) / sizes[i] * sizes[i];
    *size = sizes[i];
    if (i == index) return SUCCESS;
    end = *offset + *size;
  }
  return INVALID_VALUE;
}

static int run(const struct entry *entry) {
  if (broken) return LAUNCH_FAILED;
  const int code = entry->run(entry->arguments);
  if (code != SUCCESS) broken = 1;
  return code;
}

// What comes into the stream next; the arguments are copied if it is captured.
static int enqueue(int (*function)(const void *), const void *arguments, size_t bytes) {
  pthread_mutex_lock(&one_at_a_time);
  int code = SUCCESS;
  if (!capturing) {
    code = run(&(struct entry){function, (void *)arguments, bytes});
  } else {
    const size_t size = (capturing->count + 1) * sizeof(struct entry);
    capturing->entries = realloc(capturing->entries, size);
    void *copy = memcpy(malloc(bytes), arguments, bytes);
    capturing->entries[capturing->count++] = (struct entry){function, copy, bytes};
  }
  pthread_mutex_unlock(&one_at_a_time);
  return code;
}

// For the stand-ins of libraries: what they compute comes after all that the stream holds, and may
// be captured. The arguments are copied.
struct call {
  void (*run)(const void *);
  char arguments[320];
};

static int run_call(const void *arguments) {
  const struct call *call = arguments;
  call->run(call->arguments);
  return SUCCESS;
}

int stand_in_enqueue(void *stream, void (*function)(const void *), const void *arguments,
                     size_t bytes) {
  NEEDS_CONTEXT;
  struct call call = {function, {0}};
  if (!stream || bytes > sizeof call.arguments) return INVALID_VALUE;
  memcpy(call.arguments, arguments, bytes);
  return enqueue(run_call, &call, sizeof call);
}

struct fill {
  uint64_t target;
  int value;
  size_t bytes;
};

static void fill(const void *arguments) {
  const struct fill *f = arguments;
  memset((void *)(uintptr_t)f->target, f->value, f->bytes);
}

int cuMemsetD8Async(uint64_t target, unsigned char value, size_t bytes, void *stream) {
  const struct fill arguments = {target, value, bytes};
  return stand_in_enqueue(stream, fill, &arguments, sizeof arguments);
}

static size_t parameters_of(const struct kernel *kernel) {
  size_t count = 0;
  while (kernel->sizes[count]) count++;
  return count;
}

static int run_launch(const void *arguments) {
  const struct launch *launch = arguments;
  const struct function *function = launch->function;
  const size_t count = parameters_of(function->kernel);
  void *places[count + 1];
  for (size_t i = 0; i < count; i++) places[i] = (uint64_t *)(launch + 1) + i;
  struct here *here = dlsym(function->module, "here");
  here->grid_size = launch->grid_size;
  here->block_size = launch->block_size;
  const char *error =
      run_grid(function->kernel, places, here, dlsym(function->module, "shared"));
  if (error) fprintf(stderr, "stand-in for a GPU: %s: %s\n", function->name, error);
  return error ? LAUNCH_FAILED : SUCCESS;
}

int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                   void *stream, void **parameters, void **extra) {
  NEEDS_CONTEXT;
  if (!function || !stream || extra || shared || !grid_x || !grid_y || grid_z != 1 || block_z != 1)
    return INVALID_VALUE;
  const struct kernel *kernel = ((struct function *)function)->kernel;
  if (grid_y > 65535 || !block_x || !block_y || block_x * block_y > kernel->most_threads)
    return INVALID_VALUE;
  if (capturing && refuse_capture) {
    invalidated = 1;
    return CAPTURE_UNSUPPORTED;
  }
  launches += !capturing;
  const size_t count = parameters_of(kernel), bytes = sizeof(struct launch) + 8 * count;
  struct launch *launch = calloc(1, bytes);
  *launch = (struct launch){function, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}};
  for (size_t i = 0; i < count; i++) {
    memcpy((uint64_t *)(launch + 1) + i, parameters[i], kernel->sizes[i]);
  }
  const int code = enqueue(run_launch, launch, bytes);
  free(launch);
  return code;
}

int cuStreamBeginCapture_v2(void *stream, int mode) {
  NEEDS_CONTEXT;
  if (!stream || mode != 1 || capturing) return INVALID_VALUE;  // THREAD_LOCAL
  capturing = calloc(1, sizeof(struct graph));
  invalidated = 0;
  return SUCCESS;
}

static void drop(struct graph *graph) {
  for (int i = 0; i < graph->count; i++) free(graph->entries[i].arguments);
  free(graph->entries);
}

int cuStreamEndCapture(void *stream, void **result) {
  if (!stream || !capturing) return INVALID_VALUE;
  struct graph *graph = capturing;
  capturing = NULL;
  *result = NULL;
  if (invalidated) {
    drop(graph);
    free(graph);
    return CAPTURE_INVALIDATED;
  }
  live++;
  *result = graph;
  return SUCCESS;
}

int cuGraphInstantiateWithFlags(void **result, void *graph, unsigned long long flags) {
  if (!graph || flags) return INVALID_VALUE;
  const int code = create(result, sizeof(struct graph));
  if (code != SUCCESS) return code;
  const struct graph *from = graph;
  struct graph *to = *result;
  to->entries = calloc(from->count + 1, sizeof(struct entry));
  for (to->count = 0; to->count < from->count; to->count++) {
    const struct entry *entry = &from->entries[to->count];
    void *copy = memcpy(malloc(entry->bytes), entry->arguments, entry->bytes);
    to->entries[to->count] = (struct entry){entry->run, copy, entry->bytes};
  }
  return SUCCESS;
}
int cuGraphDestroy(void *graph) {
  if (graph) drop(graph);
  return destroy(graph);
}
int cuGraphExecDestroy(void *graph) { return cuGraphDestroy(graph); }

int cuGraphLaunch(void *graph, void *stream) {
  NEEDS_CONTEXT;
  NOT_WHILE_CAPTURING
  if (!graph || !stream) return INVALID_VALUE;
  pthread_mutex_lock(&one_at_a_time);
  graph_launches++;
  const struct graph *executable = graph;
  int code = SUCCESS;
  for (int i = 0; i < executable->count && code == SUCCESS; i++) {
    code = run(&executable->entries[i]);
  }
  pthread_mutex_unlock(&one_at_a_time);
  return code;
}

int cuEventCreate(void **event, unsigned flags) {
  return flags == 0 || flags == 2 ? create(event, sizeof(struct event)) : INVALID_VALUE;
}
int cuEventDestroy_v2(void *event) { return destroy(event); }

static int note_time(const void *event) {
  (*(struct event *const *)event)->milliseconds = now();
  return SUCCESS;
}

int cuEventRecordWithFlags(void *event, void *stream, unsigned flags) {
  NEEDS_CONTEXT;
  // EXTERNAL is for captures only.
  if (!event || !stream || flags != (capturing ? 1u : 0u)) return INVALID_VALUE;
  return enqueue(note_time, &event, sizeof event);
}
int cuEventRecord(void *event, void *stream) { return cuEventRecordWithFlags(event, stream, 0); }

int cuEventSynchronize(void *event) {
  NEEDS_CONTEXT;
  NOT_WHILE_CAPTURING
  return event ? SUCCESS : INVALID_HANDLE;
}

int cuEventElapsedTime_v2(float *milliseconds, void *start, void *end) {
  if (!start || !end) return INVALID_HANDLE;
  *milliseconds =
      (float)(((struct event *)end)->milliseconds - ((struct event *)start)->milliseconds);
  return SUCCESS;
}

int cuGetErrorName(int code, const char **name) {
  *name = NULL;
  switch (code) {
    case INVALID_VALUE: *name = "CUDA_ERROR_INVALID_VALUE"; break;
    case OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; break;
    case LAUNCH_FAILED: *name = "CUDA_ERROR_LAUNCH_FAILED"; break;
    case NOT_FOUND: *name = "CUDA_ERROR_NOT_FOUND"; break;
    case CAPTURE_UNSUPPORTED: *name = "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"; break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}
