// What the parts of the stand-in for cuDNN 9 share.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, BAD_PARAM = 2000, NOT_SUPPORTED = 3000 };
enum { NHWC = 1, FLOAT = 0, BFLOAT16 = 9 };
enum { DEFAULT_MATH = 0, TENSOR_OP_MATH = 1, FMA_MATH = 3 };

int stand_in_enqueue(void *stream, void (*run)(const void *), const void *arguments, size_t bytes);

struct handle {
  void *stream;
};

struct tensor {
  int type, n, c, h, w;
};

struct dropout {
  int is_set;
};

#define DESCRIPTOR(name, type)                                         \
  int cudnnCreate##name##Descriptor(struct type **result) {            \
    *result = calloc(1, sizeof(struct type));                          \
    return SUCCESS;                                                    \
  }                                                                    \
  int cudnnDestroy##name##Descriptor(struct type *descriptor) {        \
    free(descriptor);                                                  \
    return SUCCESS;                                                    \
  }
