// A stand-in for NVIDIA's driver (libcuda.so.1) over host memory: what the CUDA back end calls, no
// more. It keeps count of what lives, refuses what a capture does not allow, and runs one kernel, the
// copy that pointwise.cl is without a chain. So the back end's bookkeeping is tested without a card;
// what a card does is not.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901
};

// What tests ask for as attributes of a device: see FakeDriver.java.
enum { LIVE = 100000, LAUNCHES = 100001, GRAPH_LAUNCHES = 100002, REFUSE_CAPTURE = 100003 };

#define MEMORY (1ll << 30)

enum kind { KERNEL, EVENT, CALL };

struct event {
  double milliseconds;
};

struct function {
  char name[64];
};

struct entry {
  enum kind kind;
  struct event *event;
  uint64_t in, out;
  int rows, columns;
  void (*run)(const void *);
  char arguments[320];
};

struct graph {
  int count;
  struct entry entries[64];
};

static int live, launches, graph_launches, refuse_capture;
static int context, current_is_set;
static struct graph *capturing;
static int invalidated;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

#define NEEDS_CONTEXT \
  if (!current_is_set) return INVALID_CONTEXT
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
    case 75: *value = 9; break;         // COMPUTE_CAPABILITY_MAJOR
    case 76: *value = 1; break;         // COMPUTE_CAPABILITY_MINOR
    case 115: *value = 1; break;        // MEMORY_POOLS_SUPPORTED
    case LIVE: *value = live; break;
    case LAUNCHES: *value = launches; break;
    case GRAPH_LAUNCHES: *value = graph_launches; break;
    case REFUSE_CAPTURE: *value = refuse_capture = 1; break;
    default: return INVALID_VALUE;
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

int cuMemAllocAsync(uint64_t *address, size_t bytes, void *stream) {
  NEEDS_CONTEXT;
  NOT_WHILE_CAPTURING
  if (!stream || !bytes) return INVALID_VALUE;
  if (bytes > MEMORY / 2) return OUT_OF_MEMORY;
  live++;
  *address = (uint64_t)(uintptr_t)malloc(bytes);
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

// A module is a copy of its image, which compiler.c makes: "CUBIN:" and the source, ending in NUL.
int cuModuleLoadData(void **module, const void *image) {
  NEEDS_CONTEXT;
  if (strncmp(image, "CUBIN:", 6)) return INVALID_IMAGE;
  live++;
  *module = strdup(image);
  return SUCCESS;
}
int cuModuleUnload(void *module) { return destroy(module); }

int cuModuleGetFunction(void **result, void *module, const char *name) {
  static struct function copy = {"pointwise"};
  char start[80] = "void ";
  strcat(strcat(start, name), "(");
  if (strcmp(name, copy.name) || !strstr(module, start)) return NOT_FOUND;
  *result = &copy;
  return SUCCESS;
}

// in0, out0, rows, columns, rows_per_item, columns_per_item
int cuFuncGetParamInfo(void *function, size_t index, size_t *offset, size_t *size) {
  static const size_t sizes[] = {8, 8, 4, 4, 4, 4};
  if (!function || index >= 6) return INVALID_VALUE;
  *size = sizes[index];
  *offset = index < 2 ? 8 * index : 8 + 4 * index;
  return SUCCESS;
}

static void run(const struct entry *entry) {
  if (entry->kind == CALL) {
    entry->run(entry->arguments);
    return;
  }
  if (entry->kind == EVENT) {
    entry->event->milliseconds = now();
    return;
  }
  memcpy((void *)(uintptr_t)entry->out, (const void *)(uintptr_t)entry->in,
         4ul * entry->rows * entry->columns);
}

static int enqueue(struct entry entry) {
  if (!capturing) {
    run(&entry);
  } else if (capturing->count < 64) {
    capturing->entries[capturing->count++] = entry;
  } else {
    return OUT_OF_MEMORY;
  }
  return SUCCESS;
}

// For the stand-ins of libraries: what they compute comes after all that the stream holds, and may
// be captured. The arguments are copied.
int stand_in_enqueue(void *stream, void (*run)(const void *), const void *arguments, size_t bytes) {
  NEEDS_CONTEXT;
  struct entry entry = {CALL, NULL, 0, 0, 0, 0, run, {0}};
  if (!stream || bytes > sizeof entry.arguments) return INVALID_VALUE;
  memcpy(entry.arguments, arguments, bytes);
  return enqueue(entry);
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

int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                   void *stream, void **parameters, void **extra) {
  NEEDS_CONTEXT;
  if (!function || !stream || extra || shared || !grid_x || grid_z != 1 || block_z != 1)
    return INVALID_VALUE;
  if (grid_y > 65535 || block_x * block_y > 1024) return INVALID_VALUE;
  if (capturing && refuse_capture) {
    invalidated = 1;
    return CAPTURE_UNSUPPORTED;
  }
  launches += !capturing;
  const struct entry entry = {KERNEL,
                              NULL,
                              *(uint64_t *)parameters[0],
                              *(uint64_t *)parameters[1],
                              *(int *)parameters[2],
                              *(int *)parameters[3],
                              NULL,
                              {0}};
  return enqueue(entry);
}

int cuStreamBeginCapture_v2(void *stream, int mode) {
  NEEDS_CONTEXT;
  if (!stream || mode != 1 || capturing) return INVALID_VALUE;  // THREAD_LOCAL
  capturing = calloc(1, sizeof(struct graph));
  invalidated = 0;
  return SUCCESS;
}

int cuStreamEndCapture(void *stream, void **result) {
  if (!stream || !capturing) return INVALID_VALUE;
  struct graph *graph = capturing;
  capturing = NULL;
  *result = NULL;
  if (invalidated) {
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
  if (code == SUCCESS) memcpy(*result, graph, sizeof(struct graph));
  return code;
}
int cuGraphDestroy(void *graph) { return destroy(graph); }
int cuGraphExecDestroy(void *graph) { return destroy(graph); }

int cuGraphLaunch(void *graph, void *stream) {
  NEEDS_CONTEXT;
  NOT_WHILE_CAPTURING
  if (!graph || !stream) return INVALID_VALUE;
  graph_launches++;
  const struct graph *executable = graph;
  for (int i = 0; i < executable->count; i++) run(&executable->entries[i]);
  return SUCCESS;
}

int cuEventCreate(void **event, unsigned flags) {
  return flags == 0 || flags == 2 ? create(event, sizeof(struct event)) : INVALID_VALUE;
}
int cuEventDestroy_v2(void *event) { return destroy(event); }

int cuEventRecordWithFlags(void *event, void *stream, unsigned flags) {
  NEEDS_CONTEXT;
  // EXTERNAL is for captures only.
  if (!event || !stream || flags != (capturing ? 1u : 0u)) return INVALID_VALUE;
  const struct entry entry = {EVENT, event, 0, 0, 0, 0, NULL, {0}};
  return enqueue(entry);
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
    case NOT_FOUND: *name = "CUDA_ERROR_NOT_FOUND"; break;
    case CAPTURE_UNSUPPORTED: *name = "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"; break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}
