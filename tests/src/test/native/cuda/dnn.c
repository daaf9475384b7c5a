// A stand-in for cuDNN 9 (its parts, libcudnn_*.so.9, but for recurrent networks: rnn.c) over host
// memory: what the CUDA back end calls, no more. It refuses what the real one would, and computes in
// double precision.
#include <float.h>
#include <stdio.h>

#include "dnn.h"

enum { IMPLICIT_PRECOMP_GEMM = 1, NOT_DETERMINISTIC = 3, RELU = 1, IDENTITY = 5, SPATIAL = 1 };
enum { NO_BFLOAT16_CHANNELS = 13, NO_FUSED_FIELDS = 13, NO_CHANNELS = 29 };  // what tests want to see refused

struct filter {
  int type, k, c, h, w;
};

struct convolution {
  int padding[2], stride[2], dilation[2], math_type;
};

struct activation {
  int mode, propagates_nan;
};

struct performance {
  int algorithm, status;
  float time;
  size_t memory;
  int determinism, math_type, reserved[3];
};

int cudnnCreate(struct handle **handle) {
  *handle = calloc(1, sizeof(struct handle));
  return SUCCESS;
}

int cudnnDestroy(struct handle *handle) {
  free(handle);
  return SUCCESS;
}

int cudnnSetStream(struct handle *handle, void *stream) {
  handle->stream = stream;
  return stream ? SUCCESS : BAD_PARAM;
}

size_t cudnnGetVersion(void) { return 91900; }

const char *cudnnGetErrorString(int code) {
  return code == NOT_SUPPORTED ? "CUDNN_STATUS_NOT_SUPPORTED" : "CUDNN_STATUS_BAD_PARAM";
}

void cudnnGetLastErrorString(char *message, size_t bytes) {
  snprintf(message, bytes, "the stand-in says so");
}

DESCRIPTOR(Tensor, tensor)
DESCRIPTOR(Filter, filter)
DESCRIPTOR(Convolution, convolution)
DESCRIPTOR(Activation, activation)
DESCRIPTOR(Dropout, dropout)

int cudnnSetTensor4dDescriptor(struct tensor *tensor, int format, int type, int n, int c, int h,
                               int w) {
  *tensor = (struct tensor){type, n, c, h, w};
  return format == NHWC && (type == FLOAT || type == BFLOAT16) ? SUCCESS : BAD_PARAM;
}

// Three axes, dense.
int cudnnSetTensorNdDescriptor(struct tensor *tensor, int type, int axes, const int *extents,
                               const int *strides) {
  *tensor = (struct tensor){type, extents[0], extents[1], extents[2], 1};
  return axes == 3 && type == FLOAT && strides[2] == 1 && strides[1] == extents[2] &&
                 strides[0] == extents[1] * extents[2]
             ? SUCCESS
             : BAD_PARAM;
}

// No memory for states: no dropout.
int cudnnSetDropoutDescriptor(struct dropout *dropout, struct handle *handle, float rate,
                              void *states, size_t bytes, unsigned long long seed) {
  dropout->is_set = handle && rate == 0 && !states && !bytes && !seed;
  return dropout->is_set ? SUCCESS : BAD_PARAM;
}

int cudnnSetFilter4dDescriptor(struct filter *filter, int type, int format, int k, int c, int h,
                               int w) {
  *filter = (struct filter){type, k, c, h, w};
  return format == NHWC && (type == FLOAT || type == BFLOAT16) ? SUCCESS : BAD_PARAM;
}

int cudnnSetConvolution2dDescriptor(struct convolution *convolution, int padding_h, int padding_w,
                                    int stride_h, int stride_w, int dilation_h, int dilation_w,
                                    int mode, int compute_type) {
  *convolution = (struct convolution){
      {padding_h, padding_w}, {stride_h, stride_w}, {dilation_h, dilation_w}, 0};
  return mode == 1 && compute_type == FLOAT ? SUCCESS : BAD_PARAM;  // cross-correlation
}

int cudnnSetConvolutionMathType(struct convolution *convolution, int type) {
  convolution->math_type = type;
  return SUCCESS;
}

int cudnnSetActivationDescriptor(struct activation *activation, int mode, int nan, double ceiling) {
  activation->mode = mode;
  activation->propagates_nan = nan;
  return ceiling > FLT_MAX ? SUCCESS : BAD_PARAM;  // no bound
}

// ---- convolutions ------------------------------------------------------------------------------

enum pass { FIELD, IMAGE, FILTER };
enum { NEEDED = 64 };  // bytes of workspace, by those algorithms that run

struct call {
  enum pass pass;
  struct tensor x, y;
  struct filter w;
  struct convolution convolution;
  float alpha;
  int fused, relu;
  const float *bias;
  char *image, *filter, *field;
};

static float get(const char *memory, int type, size_t index) {
  if (type == FLOAT) return ((const float *)memory)[index];
  const uint32_t bits = (uint32_t)((const uint16_t *)memory)[index] << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void put(char *memory, int type, size_t index, double wide) {
  const float value = (float)wide;
  if (type == FLOAT) {
    ((float *)memory)[index] = value;
    return;
  }
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  ((uint16_t *)memory)[index] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Returns a copy that the caller frees.
static float *widened(const char *memory, int type, size_t count) {
  float *values = malloc(count * sizeof *values);
  for (size_t e = 0; e < count; e++) values[e] = get(memory, type, e);
  return values;
}

// Where filters lie if their number is the last axis, the innermost of all loops.
static size_t transposed(const struct filter *w, size_t e) {
  const size_t taps = (size_t)w->h * w->w * w->c;
  return e % taps * w->k + e / taps;
}

static void convolve(const void *arguments) {
  const struct call *call = arguments;
  const struct tensor x = call->x, y = call->y;
  const struct filter w = call->w;
  const struct convolution v = call->convolution;
  const enum pass pass = call->pass;
  const size_t images = (size_t)x.n * x.h * x.w * x.c, fields = (size_t)y.n * y.h * y.w * y.c,
               filters = (size_t)w.k * w.h * w.w * w.c;
  const size_t size = pass == FIELD ? fields : pass == IMAGE ? images : filters;
  float *image = pass == IMAGE ? NULL : widened(call->image, x.type, images);
  float *field = pass == FIELD ? NULL : widened(call->field, x.type, fields);
  float *filter = pass == FILTER ? NULL : malloc(filters * sizeof *filter);
  for (size_t e = 0; filter && e < filters; e++) {
    filter[transposed(&w, e)] = get(call->filter, x.type, e);
  }
  double *sums = calloc(size, sizeof *sums);
  for (int n = 0; n < y.n; n++)
    for (int p = 0; p < y.h; p++)
      for (int q = 0; q < y.w; q++)
        for (int r = 0; r < w.h; r++)
          for (int s = 0; s < w.w; s++) {
            const int row = p * v.stride[0] - v.padding[0] + r * v.dilation[0];
            const int column = q * v.stride[1] - v.padding[1] + s * v.dilation[1];
            if (row < 0 || row >= x.h || column < 0 || column >= x.w) continue;
            const size_t o = (((size_t)n * y.h + p) * y.w + q) * y.c;
            for (int c = 0; c < x.c; c++) {
              const size_t i = (((size_t)n * x.h + row) * x.w + column) * x.c + c;
              const size_t f = (((size_t)r * w.w + s) * w.c + c) * w.k;
              double sum = 0;
              for (int k = 0; k < w.k; k++) {
                if (pass == FIELD) sums[o + k] += (double)image[i] * filter[f + k];
                if (pass == IMAGE) sum += (double)field[o + k] * filter[f + k];
                if (pass == FILTER) sums[f + k] += (double)image[i] * field[o + k];
              }
              if (pass == IMAGE) sums[i] += sum;
            }
          }
  char *result = pass == FIELD ? call->field : pass == IMAGE ? call->image : call->filter;
  for (size_t e = 0; e < size; e++) {
    double value = call->alpha * sums[pass == FILTER ? transposed(&w, e) : e];
    if (call->fused) value += call->bias[e % y.c];
    put(result, x.type, e, call->relu && value < 0 ? 0 : value);
  }
  free(image);
  free(filter);
  free(field);
  free(sums);
}

static int positions(int size, int padding, int window, int dilation, int stride) {
  return 1 + (size + 2 * padding - dilation * (window - 1) - 1) / stride;
}

static int check(const struct tensor *x, const struct filter *w, const struct convolution *v,
                 const struct tensor *y) {
  if (x->type != w->type || x->type != y->type || x->n != y->n || x->c != w->c || y->c != w->k ||
      y->h != positions(x->h, v->padding[0], w->h, v->dilation[0], v->stride[0]) ||
      y->w != positions(x->w, v->padding[1], w->w, v->dilation[1], v->stride[1]))
    return BAD_PARAM;
  const int lacking = x->c == NO_CHANNELS || (x->type == BFLOAT16 && x->c == NO_BFLOAT16_CHANNELS);
  return lacking ? NOT_SUPPORTED : SUCCESS;
}

static int run(struct handle *handle, enum pass pass, const void *alpha, const void *beta,
               const struct tensor *x, const void *image, const struct filter *w,
               const void *filter, const struct convolution *v, int algorithm, void *workspace,
               size_t bytes, const struct tensor *y, const void *field) {
  if (*(const float *)beta != 0 || !workspace || bytes < NEEDED) return BAD_PARAM;
  if (algorithm != IMPLICIT_PRECOMP_GEMM && algorithm != NOT_DETERMINISTIC) return BAD_PARAM;
  const int code = check(x, w, v, y);
  if (code) return code;
  const struct call call = {pass, *x, *y, *w, *v, *(const float *)alpha, 0, 0, NULL,
                            (char *)image, (char *)filter, (char *)field};
  return stand_in_enqueue(handle->stream, convolve, &call, sizeof call);
}

int cudnnConvolutionForward(struct handle *handle, const void *alpha, const struct tensor *x,
                            const void *image, const struct filter *w, const void *filter,
                            const struct convolution *v, int algorithm, void *workspace,
                            size_t bytes, const void *beta, const struct tensor *y, void *field) {
  return run(handle, FIELD, alpha, beta, x, image, w, filter, v, algorithm, workspace, bytes, y, field);
}

int cudnnConvolutionBackwardData(struct handle *handle, const void *alpha, const struct filter *w,
                                 const void *filter, const struct tensor *y, const void *field,
                                 const struct convolution *v, int algorithm, void *workspace,
                                 size_t bytes, const void *beta, const struct tensor *x,
                                 void *image) {
  return run(handle, IMAGE, alpha, beta, x, image, w, filter, v, algorithm, workspace, bytes, y, field);
}

int cudnnConvolutionBackwardFilter(struct handle *handle, const void *alpha, const struct tensor *x,
                                   const void *image, const struct tensor *y, const void *field,
                                   const struct convolution *v, int algorithm, void *workspace,
                                   size_t bytes, const void *beta, const struct filter *w,
                                   void *filter) {
  return run(handle, FILTER, alpha, beta, x, image, w, filter, v, algorithm, workspace, bytes, y, field);
}

int cudnnConvolutionBiasActivationForward(
    struct handle *handle, const void *alpha, const struct tensor *x, const void *image,
    const struct filter *w, const void *filter, const struct convolution *v, int algorithm,
    void *workspace, size_t bytes, const void *beta, const struct tensor *z, const void *addend,
    const struct tensor *b, const void *bias, const struct activation *activation,
    const struct tensor *y, void *field) {
  if (*(const float *)beta != 0 || memcmp(z, y, sizeof *z) || addend != field || !workspace || bytes < NEEDED)
    return BAD_PARAM;
  if ((uintptr_t)bias % 16 || b->type != FLOAT || b->n != 1 || b->c != y->c || b->h != 1 || b->w != 1)
    return BAD_PARAM;
  const int code = check(x, w, v, y);
  if (code) return code;
  const int known = activation->mode == RELU ||
                    (activation->mode == IDENTITY && algorithm == IMPLICIT_PRECOMP_GEMM);
  if (!known || activation->propagates_nan || x->type != FLOAT || y->c == NO_FUSED_FIELDS)
    return NOT_SUPPORTED;
  const struct call call = {FIELD, *x, *y, *w, *v, *(const float *)alpha, 1,
                            activation->mode == RELU, bias, (char *)image, (char *)filter, field};
  return stand_in_enqueue(handle->stream, convolve, &call, sizeof call);
}

// The fastest fails, the next is not deterministic, the third wants too much memory, the last is
// measured in the default math type alone.
static int find(const struct convolution *v, int code, int most, int *found,
                struct performance *results) {
  if (code) return code;
  if (most < 4) return BAD_PARAM;
  *found = 4;
  results[0] = (struct performance){0, NOT_SUPPORTED, -1, 0, 1, v->math_type, {0}};
  results[1] = (struct performance){NOT_DETERMINISTIC, SUCCESS, 1, NEEDED, 0, v->math_type, {0}};
  results[2] = (struct performance){2, SUCCESS, 2, (size_t)1 << 40, 1, v->math_type, {0}};
  results[3] = (struct performance){IMPLICIT_PRECOMP_GEMM, SUCCESS, 3, NEEDED, 1, DEFAULT_MATH, {0}};
  return SUCCESS;
}

int cudnnFindConvolutionForwardAlgorithmEx(struct handle *handle, const struct tensor *x,
                                           const void *image, const struct filter *w,
                                           const void *filter, const struct convolution *v,
                                           const struct tensor *y, void *field, int most,
                                           int *found, struct performance *results,
                                           void *workspace, size_t bytes) {
  if (!handle || !image || !filter || !field || !workspace || !bytes) return BAD_PARAM;
  return find(v, check(x, w, v, y), most, found, results);
}

int cudnnFindConvolutionBackwardDataAlgorithmEx(struct handle *handle, const struct filter *w,
                                                const void *filter, const struct tensor *y,
                                                const void *field, const struct convolution *v,
                                                const struct tensor *x, void *image, int most,
                                                int *found, struct performance *results,
                                                void *workspace, size_t bytes) {
  if (!handle || !image || !filter || !field || !workspace || !bytes) return BAD_PARAM;
  return find(v, check(x, w, v, y), most, found, results);
}

int cudnnFindConvolutionBackwardFilterAlgorithmEx(struct handle *handle, const struct tensor *x,
                                                  const void *image, const struct tensor *y,
                                                  const void *field, const struct convolution *v,
                                                  const struct filter *w, void *filter, int most,
                                                  int *found, struct performance *results,
                                                  void *workspace, size_t bytes) {
  if (!handle || !image || !filter || !field || !workspace || !bytes) return BAD_PARAM;
  return find(v, check(x, w, v, y), most, found, results);
}

// ---- batch normalisation -----------------------------------------------------------------------

int cudnnDeriveBNTensorDescriptor(struct tensor *channels, const struct tensor *x, int mode) {
  *channels = (struct tensor){FLOAT, 1, x->c, 1, 1};
  return mode == SPATIAL ? SUCCESS : BAD_PARAM;
}

static int check_norm(const struct tensor *x, const struct tensor *y,
                      const struct tensor *channels) {
  const struct tensor expected = {FLOAT, 1, x->c, 1, 1};
  return x->type == FLOAT && !memcmp(x, y, sizeof *x) &&
                 !memcmp(channels, &expected, sizeof expected)
             ? SUCCESS
             : BAD_PARAM;
}

struct norm {
  int rows, columns;
  double epsilon, factor;
  const float *x, *scale, *shift;
  float *y, *running_mean, *running_variance, *mean, *inverse;
};

static void normalize(const void *arguments) {
  const struct norm *norm = arguments;
  for (int c = 0; c < norm->columns; c++) {
    double mean = 0, variance = 0;
    for (int r = 0; r < norm->rows; r++) mean += norm->x[r * norm->columns + c] / (double)norm->rows;
    for (int r = 0; r < norm->rows; r++) {
      const double centred = norm->x[r * norm->columns + c] - mean;
      variance += centred * centred / norm->rows;
    }
    const double inverse = 1 / sqrt(variance + norm->epsilon);
    for (int r = 0; r < norm->rows; r++) {
      const int e = r * norm->columns + c;
      norm->y[e] = (float)((norm->x[e] - mean) * inverse * norm->scale[c] + norm->shift[c]);
    }
    norm->mean[c] = (float)mean;
    norm->inverse[c] = (float)inverse;
    if (norm->running_mean) {
      const double unbiased = variance * norm->rows / (norm->rows - 1.0), f = norm->factor;
      norm->running_mean[c] = (float)(mean * f + norm->running_mean[c] * (1 - f));
      norm->running_variance[c] = (float)(unbiased * f + norm->running_variance[c] * (1 - f));
    }
  }
}

int cudnnBatchNormalizationForwardTraining(
    struct handle *handle, int mode, const void *alpha, const void *beta, const struct tensor *x,
    const void *in, const struct tensor *y, void *out, const struct tensor *channels,
    const void *scale, const void *shift, double factor, void *running_mean,
    void *running_variance, double epsilon, void *mean, void *inverse) {
  if (mode != SPATIAL || *(const float *)alpha != 1 || *(const float *)beta != 0 ||
      !running_mean != !running_variance || !mean || !inverse || epsilon < 0)
    return BAD_PARAM;
  const int code = check_norm(x, y, channels);
  if (code) return code;
  const struct norm norm = {x->n * x->h * x->w, x->c, epsilon, factor, in, scale, shift, out,
                            running_mean, running_variance, mean, inverse};
  return stand_in_enqueue(handle->stream, normalize, &norm, sizeof norm);
}

struct norm_gradient {
  int rows, columns;
  const float *x, *dy, *scale, *mean, *inverse;
  float *dx, *dscale, *dshift;
};

static void normalize_gradient(const void *arguments) {
  const struct norm_gradient *g = arguments;
  for (int c = 0; c < g->columns; c++) {
    double dscale = 0, dshift = 0;
    for (int r = 0; r < g->rows; r++) {
      const int e = r * g->columns + c;
      dshift += g->dy[e];
      dscale += g->dy[e] * ((double)g->x[e] - g->mean[c]) * g->inverse[c];
    }
    for (int r = 0; r < g->rows; r++) {
      const int e = r * g->columns + c;
      const double normal = ((double)g->x[e] - g->mean[c]) * g->inverse[c];
      g->dx[e] = (float)(g->scale[c] * g->inverse[c] *
                         (g->dy[e] - dshift / g->rows - normal * dscale / g->rows));
    }
    g->dscale[c] = (float)dscale;
    g->dshift[c] = (float)dshift;
  }
}

int cudnnBatchNormalizationBackward(struct handle *handle, int mode, const void *alpha_data,
                                    const void *beta_data, const void *alpha_parameters,
                                    const void *beta_parameters, const struct tensor *x,
                                    const void *in, const struct tensor *dy_like, const void *dy,
                                    const struct tensor *dx_like, void *dx,
                                    const struct tensor *channels, const void *scale, void *dscale,
                                    void *dshift, double epsilon, const void *mean,
                                    const void *inverse) {
  if (mode != SPATIAL || *(const float *)alpha_data != 1 || *(const float *)beta_data != 0 ||
      *(const float *)alpha_parameters != 1 || *(const float *)beta_parameters != 0 || epsilon < 0 ||
      !mean || !inverse || memcmp(dx_like, x, sizeof *x))
    return BAD_PARAM;
  const int code = check_norm(x, dy_like, channels);
  if (code) return code;
  const struct norm_gradient gradient = {x->n * x->h * x->w, x->c, in, dy, scale, mean, inverse,
                                         dx, dscale, dshift};
  return stand_in_enqueue(handle->stream, normalize_gradient, &gradient, sizeof gradient);
}
