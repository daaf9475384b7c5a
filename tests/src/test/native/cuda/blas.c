// A stand-in for cuBLAS and cublasLt (libcublas.so.13, libcublasLt.so.13) over host memory: what the
// CUDA back end calls, no more. It refuses what the real ones would, and computes in double precision.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum { SUCCESS = 0, INVALID_VALUE = 7, NOT_SUPPORTED = 15 };
enum { R_32F = 0, COMPUTE_32F = 68, FAST_16BF = 75, FAST_TF32 = 77, GEMM_DEFAULT = -1 };
enum { RELU = 2, BIAS = 4 };  // an epilogue is 1 or a sum of these
enum { NO_KERNEL_DEPTH = 13 };  // cublasLt finds none for products of this depth

int stand_in_enqueue(void *stream, void (*run)(const void *), const void *arguments, size_t bytes);

struct handle {
  void *stream, *workspace;
};

// D = epilogue(alpha op(A) op(B) + beta C), column by column.
struct product {
  int transpose_a, transpose_b, epilogue;
  int64_t m, n, k, lda, ldb, ldc, ldd;
  float alpha, beta;
  const float *a, *b, *c, *bias;
  float *d;
};

// Rows of op(A), or columns of op(B), one after the other; the caller frees them.
static float *packed(const float *matrix, int is_packed, int64_t count, int64_t k, int64_t ld) {
  float *lines = malloc(count * k * sizeof *lines);
  for (int64_t i = 0; i < count; i++)
    for (int64_t l = 0; l < k; l++) lines[i * k + l] = matrix[is_packed ? i * ld + l : l * ld + i];
  return lines;
}

static void multiply(const void *arguments) {
  const struct product *p = arguments;
  float *rows = packed(p->a, p->transpose_a, p->m, p->k, p->lda);
  float *columns = packed(p->b, !p->transpose_b, p->n, p->k, p->ldb);
  for (int64_t j = 0; j < p->n; j++) {
    for (int64_t i = 0; i < p->m; i++) {
      const float *row = rows + i * p->k, *column = columns + j * p->k;
      double sum = 0;
      for (int64_t l = 0; l < p->k; l++) sum += (double)row[l] * column[l];
      double value = p->alpha * sum;
      if (p->beta != 0) value += p->beta * p->c[j * p->ldc + i];
      if (p->epilogue & BIAS) value += p->bias[i];
      p->d[j * p->ldd + i] = (float)(p->epilogue & RELU && value < 0 ? 0 : value);
    }
  }
  free(rows);
  free(columns);
}

static int is_compute_type(int type) {
  return type == COMPUTE_32F || type == FAST_16BF || type == FAST_TF32;
}

int cublasCreate_v2(struct handle **handle) {
  *handle = calloc(1, sizeof(struct handle));
  return SUCCESS;
}

int cublasDestroy_v2(struct handle *handle) {
  free(handle);
  return handle ? SUCCESS : INVALID_VALUE;
}

int cublasSetStream_v2(struct handle *handle, void *stream) {
  handle->stream = stream;
  return stream ? SUCCESS : INVALID_VALUE;
}

int cublasSetWorkspace_v2(struct handle *handle, void *workspace, size_t bytes) {
  handle->workspace = workspace;
  return workspace && bytes ? SUCCESS : INVALID_VALUE;
}

const char *cublasGetStatusName(int code) {
  return code == NOT_SUPPORTED ? "CUBLAS_STATUS_NOT_SUPPORTED" : "CUBLAS_STATUS_INVALID_VALUE";
}

int cublasGemmEx(struct handle *handle, int transpose_a, int transpose_b, int m, int n, int k,
                 const void *alpha, const void *a, int type_a, int lda, const void *b, int type_b,
                 int ldb, const void *beta, void *c, int type_c, int ldc, int compute_type,
                 int algorithm) {
  const int types = type_a == R_32F && type_b == R_32F && type_c == R_32F;
  if (!types || !is_compute_type(compute_type) || algorithm != GEMM_DEFAULT ||
      lda < (transpose_a ? k : m) || ldb < (transpose_b ? n : k) || ldc < m)
    return INVALID_VALUE;
  const struct product product = {
      transpose_a, transpose_b, 0,   m,   n,   k,                     lda,
      ldb,         ldc,         ldc, *(const float *)alpha, *(const float *)beta, a, b, c, NULL, c};
  return stand_in_enqueue(handle->stream, multiply, &product, sizeof product);
}

// ---- cublasLt ----------------------------------------------------------------------------------

struct description {
  int compute_type, transpose_a, transpose_b;
  uint32_t epilogue;
  const float *bias;
};

struct layout {
  uint64_t rows, columns;
  int64_t stride;
};

struct preference {
  uint64_t workspace;
  uint32_t alignment[4];
};

struct algorithm {
  uint64_t data[8];  // the alignments that were promised
};

struct heuristic {
  struct algorithm algorithm;
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};

int cublasLtCreate(void **handle) {
  *handle = malloc(1);
  return SUCCESS;
}

int cublasLtDestroy(void *handle) {
  free(handle);
  return handle ? SUCCESS : INVALID_VALUE;
}

int cublasLtMatmulDescCreate(struct description **result, int compute_type, int scale_type) {
  if (!is_compute_type(compute_type) || scale_type != R_32F) return INVALID_VALUE;
  *result = calloc(1, sizeof(struct description));
  (*result)->compute_type = compute_type;
  (*result)->epilogue = 1;
  return SUCCESS;
}

int cublasLtMatmulDescDestroy(struct description *description) {
  free(description);
  return SUCCESS;
}

int cublasLtMatmulDescSetAttribute(struct description *description, int attribute,
                                   const void *value, size_t bytes) {
  if (bytes != (attribute == 8 ? 8 : 4)) return INVALID_VALUE;
  switch (attribute) {
    case 3: description->transpose_a = *(const int *)value; break;
    case 4: description->transpose_b = *(const int *)value; break;
    case 7: description->epilogue = *(const uint32_t *)value; break;
    case 8: description->bias = *(const float *const *)value; break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}

int cublasLtMatrixLayoutCreate(struct layout **result, int type, uint64_t rows, uint64_t columns,
                               int64_t stride) {
  if (type != R_32F || stride < (int64_t)rows) return INVALID_VALUE;
  *result = malloc(sizeof(struct layout));
  **result = (struct layout){rows, columns, stride};
  return SUCCESS;
}

int cublasLtMatrixLayoutDestroy(struct layout *layout) {
  free(layout);
  return SUCCESS;
}

int cublasLtMatmulPreferenceCreate(struct preference **result) {
  *result = malloc(sizeof(struct preference));
  **result = (struct preference){0, {256, 256, 256, 256}};
  return SUCCESS;
}

int cublasLtMatmulPreferenceDestroy(struct preference *preference) {
  free(preference);
  return SUCCESS;
}

int cublasLtMatmulPreferenceSetAttribute(struct preference *preference, int attribute,
                                         const void *value, size_t bytes) {
  if (attribute == 1 && bytes == 8) {
    preference->workspace = *(const uint64_t *)value;
  } else if (attribute >= 5 && attribute <= 8 && bytes == 4) {
    preference->alignment[attribute - 5] = *(const uint32_t *)value;
  } else {
    return INVALID_VALUE;
  }
  return SUCCESS;
}

static int fits(const struct description *d, const struct layout *a, const struct layout *b,
                const struct layout *c, const struct layout *result) {
  const uint64_t m = d->transpose_a ? a->columns : a->rows, k = d->transpose_a ? a->rows : a->columns;
  const uint64_t n = d->transpose_b ? b->rows : b->columns;
  return k == (d->transpose_b ? b->columns : b->rows) && c->rows == m && c->columns == n &&
         result->rows == m && result->columns == n && !(d->epilogue & BIAS) == !d->bias;
}

int cublasLtMatmulAlgoGetHeuristic(void *handle, const struct description *description,
                                   const struct layout *a, const struct layout *b,
                                   const struct layout *c, const struct layout *d,
                                   const struct preference *preference, int wanted,
                                   struct heuristic *results, int *found) {
  if (!handle || wanted < 1 || !preference->workspace || !fits(description, a, b, c, d))
    return INVALID_VALUE;
  *found = (description->transpose_a ? a->rows : a->columns) != NO_KERNEL_DEPTH;
  if (!*found) return NOT_SUPPORTED;
  *results = (struct heuristic){.state = SUCCESS};
  for (int i = 0; i < 4; i++) results->algorithm.data[i] = preference->alignment[i];
  return SUCCESS;
}

int cublasLtMatmul(void *handle, const struct description *description, const void *alpha,
                   const void *a, const struct layout *layout_a, const void *b,
                   const struct layout *layout_b, const void *beta, const void *c,
                   const struct layout *layout_c, void *d, const struct layout *layout_d,
                   const struct algorithm *algorithm, void *workspace, size_t bytes, void *stream) {
  if (!handle || !workspace || !bytes || !fits(description, layout_a, layout_b, layout_c, layout_d))
    return INVALID_VALUE;
  // The layout of a result that is its own addend is one and the same; a kernel would fault on a bias
  // at an odd address.
  if ((c == d && layout_c != layout_d) || (uintptr_t)description->bias % 16) return INVALID_VALUE;
  const void *const addresses[] = {a, b, c, d};
  for (int i = 0; i < 4; i++) {
    if ((uintptr_t)addresses[i] % algorithm->data[i]) return INVALID_VALUE;
  }
  const struct product product = {
      description->transpose_a,
      description->transpose_b,
      description->epilogue & (RELU | BIAS),
      layout_d->rows,
      layout_d->columns,
      description->transpose_a ? layout_a->rows : layout_a->columns,
      layout_a->stride,
      layout_b->stride,
      layout_c->stride,
      layout_d->stride,
      *(const float *)alpha,
      *(const float *)beta,
      a,
      b,
      c,
      description->bias,
      d,
  };
  return stand_in_enqueue(stream, multiply, &product, sizeof product);
}
