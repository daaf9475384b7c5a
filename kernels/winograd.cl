// Convolutions with fewer multiplications (Winograd, "Arithmetic complexity of computations", 1980;
// Lavin and Gray 2016), of images [batch, height, width, channels].
//
//   y = A' [(G g G') * (B' d B)] A      d: a tile of pixels, g: weights, y: a tile of outputs
//
// For every pair of points `*` is a matrix product over tiles. Two kinds:
//
//   STRIDE 1: 5 x 5 weights. A tile of 2 x 2 outputs takes 36 multiplications per channel and column
//     instead of 100 (winograd_2x5.h).
//   STRIDE 2: 4 x 4 weights. Pixels of one phase, the remainder of their place by 2, meet 2 x 2 of the
//     weights with stride 1; so four phases are as many channels. A tile of 4 x 4 outputs takes 4 x 25
//     instead of 256 (winograd_4x2.h). With SCATTER (the adjoint) the results have the phases.
//
//   winograd_weights            g at the points, once a run, in panels as conv2d_winograd reads them
//   conv2d_winograd             forward, and by its input (with STRIDE 1 the same with mirrored weights)
//   conv2d_weights_winograd     by the weights: G' [sum over tiles of (A dy A') * (B' d B)] G, in shares
//   sum_shares_winograd         the sum over shares and the outer G' G; there the chain is
//
// On a CPU alone. A work-item takes blocks of `most` tiles (id 0) through all of it.
//
// Cost: 2 x 36 (STRIDE 2: 100) x tiles x channels x columns FLOPs, and a few hundred per tile and
// channel or column.

#include "dialect/vector.h"
#include "dialect/functions.h"

#ifndef CHAIN_BODY
#define CHAIN_PARAMETERS __global float* restrict out0,
#define CHAIN_ARGUMENTS out0,
#define CHAIN_BODY store_vec(value, out0 + row * columns + column, count);
#endif

#ifdef CPU

#include "tile.h"

#ifndef STRIDE
#define STRIDE 1
#endif
#ifndef SCATTER
#define SCATTER 0
#endif
// Whether the gradient by weights is [taps, columns, channels]: see conv2d_weights.cl.
#ifndef FIELD_FIRST
#define FIELD_FIRST 0
#endif

// factor a + b
INLINE vec add_scaled(const float factor, const vec a, const vec b) { return fma((vec)(factor), a, b); }

#if STRIDE == 2
#include "winograd_4x2.h"
#else
#include "winograd_2x5.h"
#endif

#define PLANES (POINTS * POINTS)
#define PHASES (STRIDE * STRIDE)
#define KERNEL (STRIDE * TAPS)
#define TAP(phase, i, j) \
  (((i) * STRIDE + (phase) / STRIDE) * KERNEL + (j) * STRIDE + (phase) % STRIDE)

INLINE void finish(CHAIN_PARAMETERS const int row, const int column, const int columns,
                   const int count, const vec value) {
  CHAIN_BODY
}

// Of an input channel of a phase (id 1) and a panel of columns (id 0): to
// [point][panel][phase and channel][PANEL], with SCATTER to [phase][point][panel][channel][PANEL].
// `swapped` sums over the weights' last axis, and `mirrored` turns the taps of a phase by half a turn.
__kernel WORK_GROUP(1, 1) void winograd_weights(__global const float* restrict weights,
                                                __global float* restrict panels,
                                                const int channels, const int columns,
                                                const int swapped, const int mirrored) {
  const int phase = get_global_id(1) / channels, c = get_global_id(1) % channels;
  const int depth = SCATTER ? channels : PHASES * channels;
  const int place = SCATTER ? c : get_global_id(1);
  __global float* to = panels + (SCATTER ? phase : 0) * PLANES * get_global_size(0) * depth * PANEL;
  for (int j = 0; j < PANEL; j += VECTOR) {
    const int column = get_global_id(0) * PANEL + j;
    const int count = min(VECTOR, columns - column);
    vec g[PLANES];
    for (int tap = 0; tap < TAPS * TAPS; tap++) {
      const int turned = mirrored ? TAPS * TAPS - 1 - tap : tap;
      const int from = TAP(phase, turned / TAPS, turned % TAPS);
      float lanes[VECTOR] = {0, 0, 0, 0, 0, 0, 0, 0};
      for (int i = 0; i < count; i++) {
        lanes[i] = weights[swapped ? (from * columns + column + i) * channels + c
                                   : (from * channels + c) * columns + column + i];
      }
      g[tap / TAPS * POINTS + tap % TAPS] = vload8(0, lanes);
    }
    for (int i = 0; i < TAPS; i++) points_of_weights(g + i * POINTS, 1);
    for (int i = 0; i < POINTS; i++) points_of_weights(g + i, POINTS);
    for (int i = 0; i < PLANES; i++) {
      vstore8(g[i], 0,
              to + ((i * get_global_size(0) + get_global_id(0)) * depth + place) * PANEL + j);
    }
  }
}

// What is read, [batch, height, width, channels], and tiles over it.
#define TILING_PARAMETERS                                                                     \
  const int batch, const int height, const int width, const int channels, const int tiles_down, \
      const int tiles_across

// Pixels of tiles `begin` to begin + count - 1 at the points: [point][most][pitch]. The pixels of a
// tile are `spacing` apart; the first tile's first is at (top, left).
INLINE void transform_pixels(__global const float* restrict x, TILING_PARAMETERS, const int spacing,
                             const int top, const int left, const int begin, const int count,
                             const int most, const int pitch, __global float* restrict to) {
  for (int t = 0; t < count; t++) {
    const int tile = begin + t;
    const int first_y = tile / tiles_across % tiles_down * OUT * spacing + top;
    const int first_x = tile % tiles_across * OUT * spacing + left;
    __global const float* image =
        x + tile / tiles_across / tiles_down * height * width * channels;
    int places[PLANES];
    for (int i = 0; i < PLANES; i++) {
      const int iy = first_y + i / POINTS * spacing, ix = first_x + i % POINTS * spacing;
      const int inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
      places[i] = inside ? (iy * width + ix) * channels : -1;
    }
    for (int c = 0; c < channels; c += VECTOR) {
      vec d[PLANES];
      for (int i = 0; i < PLANES; i++) {
        d[i] = places[i] < 0 ? (vec)(0.0f) : load_vec(image + places[i] + c, channels - c);
      }
      for (int i = 0; i < POINTS; i++) points_of_pixels(d + i, POINTS);
      for (int i = 0; i < POINTS; i++) points_of_pixels(d + i * POINTS, 1);
      for (int i = 0; i < PLANES; i++) vstore8(d[i], 0, to + (i * most + t) * pitch + c);
    }
  }
}

// The same of all phases, side by side: what the outputs of a convolution see.
INLINE void transform_phases(__global const float* restrict x, TILING_PARAMETERS,
                             const int padding_height, const int padding_width, const int begin,
                             const int count, const int most, const int pitch,
                             __global float* restrict to) {
  for (int phase = 0; phase < PHASES; phase++) {
    transform_pixels(x, batch, height, width, channels, tiles_down, tiles_across, STRIDE,
                     phase / STRIDE - padding_height, phase % STRIDE - padding_width, begin, count,
                     most, pitch, to + phase * channels);
  }
}

#define STORE_ROW(r)                                 \
  store_wide(low##r, c_at + (r) * c_stride);         \
  store_wide(high##r, c_at + (r) * c_stride + LANES);
#define LOAD_ROW(r)                                  \
  wide low##r = load_wide(c_at + (r) * c_stride);    \
  wide high##r = load_wide(c_at + (r) * c_stride + LANES);

// With SCATTER a phase of the result is id 1. Its first place q is the first whose pixel, STRIDE q +
// phase - padding, is not negative; it sees the pixels q - 1 and q of what is read.
#define FIRST_PLACE(phase, padding) (((padding) - (phase) + 1) / 2)

__kernel WIDE WORK_GROUP(1, 1) void conv2d_winograd(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict panels,
    __global float* restrict space, TILING_PARAMETERS, const int padding_height,
    const int padding_width, const int out_height, const int out_width, const int columns,
    const int columns_padded, const int pitch, const int most) {
  const int tiles = batch * tiles_down * tiles_across;
  __global float* pixels = space + (get_global_id(1) * get_global_size(0) + get_global_id(0)) *
                                       PLANES * most * (pitch + columns_padded);
  __global float* products = pixels + PLANES * most * pitch;
#if SCATTER
  const int depth = channels;
  const int first_y = FIRST_PLACE(get_global_id(1) / STRIDE, padding_height);
  const int first_x = FIRST_PLACE(get_global_id(1) % STRIDE, padding_width);
  const int top = STRIDE * first_y + get_global_id(1) / STRIDE - padding_height;
  const int left = STRIDE * first_x + get_global_id(1) % STRIDE - padding_width;
  const int spacing = STRIDE;
#else
  const int depth = PHASES * channels;
  const int top = 0, left = 0, spacing = 1;
#endif
  __global const float* own_panels = panels + get_global_id(1) * PLANES * columns_padded * depth;
  for (int begin = get_global_id(0) * most; begin < tiles; begin += get_global_size(0) * most) {
    const int count = min(most, tiles - begin);
#if SCATTER
    transform_pixels(x, batch, height, width, channels, tiles_down, tiles_across, 1, first_y - 1,
                     first_x - 1, begin, count, most, pitch, pixels);
#else
    transform_phases(x, batch, height, width, channels, tiles_down, tiles_across, padding_height,
                     padding_width, begin, count, most, pitch, pixels);
#endif
    for (int i = 0; i < PLANES; i++) {
      for (int column = 0; column < columns; column += PANEL) {
        for (int row = 0; row < count; row += TILE) {
          // The last tile begins early enough to be a whole one; it computes some rows again.
          const int first = max(0, min(row, count - TILE));
          __global float* c_at = products + (i * most + first) * columns_padded + column;
          __global const float* restrict a_at = pixels + (i * most + first) * pitch;
          __global const float* restrict b_at = own_panels + (i * columns_padded + column) * depth;
          const int a_stride = pitch, a_step = 1, b_step = PANEL, c_stride = columns_padded;
          TILE_ROWS(ZERO_ROW)
          int p = 0;
          STEPS(p, depth)
          TILE_ROWS(STORE_ROW)
        }
      }
    }
    for (int t = 0; t < count; t++) {
      const int tile = begin + t;
      const int tile_y = tile / tiles_across % tiles_down * OUT * spacing + top;
      const int tile_x = tile % tiles_across * OUT * spacing + left;
      const int image = tile / tiles_across / tiles_down * out_height;
      for (int column = 0; column < columns; column += VECTOR) {
        vec m[PLANES];
        for (int i = 0; i < PLANES; i++) {
          m[i] = vload8(0, products + (i * most + t) * columns_padded + column);
        }
        for (int i = 0; i < POINTS; i++) outputs_of_points(m + i, POINTS);
        for (int i = 0; i < OUT; i++) outputs_of_points(m + i * POINTS, 1);
        for (int i = 0; i < OUT * OUT; i++) {
          const int oy = tile_y + i / OUT * spacing, ox = tile_x + i % OUT * spacing;
          if (oy < out_height && ox < out_width) {
            finish(CHAIN_ARGUMENTS (image + oy) * out_width + ox, column, columns,
                   min(VECTOR, columns - column), m[i / OUT * POINTS + i % OUT]);
          }
        }
      }
    }
  }
}

// The gradients at the points of tiles begin to begin + count - 1: [point][panel][most][PANEL].
INLINE void transform_field(__global const float* restrict field, const int out_height,
                            const int out_width, const int tiles_down, const int tiles_across,
                            const int columns, const int begin, const int count, const int most,
                            const int columns_padded, __global float* restrict to) {
  for (int t = 0; t < count; t++) {
    const int tile = begin + t;
    const int top = tile / tiles_across % tiles_down * OUT;
    const int left = tile % tiles_across * OUT;
    const int image = tile / tiles_across / tiles_down * out_height;
    for (int column = 0; column < columns_padded; column += VECTOR) {
      vec y[PLANES];
      for (int i = 0; i < OUT * OUT; i++) {
        const int oy = top + i / OUT, ox = left + i % OUT;
        const int inside = oy < out_height && ox < out_width && column < columns;
        y[i / OUT * POINTS + i % OUT] =
            inside ? load_vec(field + ((image + oy) * out_width + ox) * columns + column,
                              columns - column)
                   : (vec)(0.0f);
      }
      for (int i = 0; i < OUT; i++) points_of_outputs(y + i * POINTS, 1);
      for (int i = 0; i < POINTS; i++) points_of_outputs(y + i, POINTS);
      __global float* panel = to + (column / PANEL * most + t) * PANEL + column % PANEL;
      for (int i = 0; i < PLANES; i++) vstore8(y[i], 0, panel + i * most * columns_padded);
    }
  }
}

// Share id 0: parts [share][point][rows_padded][columns_padded], a row for each channel of each phase.
__kernel WIDE WORK_GROUP(1, 1) void conv2d_weights_winograd(
    __global const float* restrict x, __global const float* restrict field,
    __global float* restrict parts, __global float* restrict space, TILING_PARAMETERS,
    const int padding_height, const int padding_width, const int out_height, const int out_width,
    const int columns, const int columns_padded, const int pitch, const int rows_padded,
    const int most) {
  const int tiles = batch * tiles_down * tiles_across;
  __global float* pixels = space + get_global_id(0) * PLANES * most * (pitch + columns_padded);
  __global float* gradients = pixels + PLANES * most * pitch;
  __global float* c = parts + get_global_id(0) * PLANES * rows_padded * columns_padded;
  for (int i = 0; i < PLANES * rows_padded * columns_padded; i += VECTOR) {
    vstore8((vec)(0.0f), 0, c + i);
  }
  // The last tile of rows reaches beyond the last channel.
  for (int i = 0; i < PLANES * most * pitch; i += VECTOR) vstore8((vec)(0.0f), 0, pixels + i);
  for (int begin = get_global_id(0) * most; begin < tiles; begin += get_global_size(0) * most) {
    const int count = min(most, tiles - begin);
    transform_phases(x, batch, height, width, channels, tiles_down, tiles_across, padding_height,
                     padding_width, begin, count, most, pitch, pixels);
    transform_field(field, out_height, out_width, tiles_down, tiles_across, columns, begin, count,
                    most, columns_padded, gradients);
    for (int i = 0; i < PLANES; i++) {
      for (int column = 0; column < columns_padded; column += PANEL) {
        for (int row = 0; row < rows_padded; row += TILE) {
          __global float* c_at = c + (i * rows_padded + row) * columns_padded + column;
          __global const float* restrict a_at = pixels + i * most * pitch + row;
          __global const float* restrict b_at = gradients + (i * columns_padded + column) * most;
          const int a_stride = 1, a_step = pitch, b_step = PANEL, c_stride = columns_padded;
          TILE_ROWS(LOAD_ROW)
          int p = 0;
          STEPS(p, count)
          TILE_ROWS(STORE_ROW)
        }
      }
    }
  }
}

// A vector's width of channels of the weights (id 1: phase and these), all taps and columns.
__kernel WORK_GROUP(1, 1) void sum_shares_winograd(
    CHAIN_PARAMETERS __global const float* restrict parts, const int shares, const int channels,
    const int fields, const int rows_padded, const int columns_padded) {
  const int blocks = (channels + VECTOR - 1) / VECTOR;
  const int phase = get_global_id(1) / blocks, first = get_global_id(1) % blocks * VECTOR;
  const int count = min(VECTOR, channels - first);
  for (int field = 0; field < fields; field += VECTOR) {
    const int valid = min(VECTOR, fields - field);
    float results[TAPS * TAPS][VECTOR][VECTOR]; // [tap][channel][field]
    for (int c = 0; c < count; c++) {
      vec m[PLANES];
      for (int i = 0; i < PLANES; i++) {
        m[i] = (vec)(0.0f);
        for (int s = 0; s < shares; s++) {
          m[i] += vload8(0, parts + ((s * PLANES + i) * rows_padded + phase * channels + first + c) *
                                        columns_padded + field);
        }
      }
      for (int i = 0; i < POINTS; i++) weights_of_points(m + i, POINTS);
      for (int i = 0; i < TAPS; i++) weights_of_points(m + i * POINTS, 1);
      for (int tap = 0; tap < TAPS * TAPS; tap++) {
        vstore8(m[tap / TAPS * POINTS + tap % TAPS], 0, results[tap][c]);
      }
    }
    for (int tap = 0; tap < TAPS * TAPS; tap++) {
      const int at = TAP(phase, tap / TAPS, tap % TAPS);
#if FIELD_FIRST
      for (int f = 0; f < valid; f++) {
        float lanes[VECTOR] = {0, 0, 0, 0, 0, 0, 0, 0};
        for (int c = 0; c < count; c++) lanes[c] = results[tap][c][f];
        finish(CHAIN_ARGUMENTS at * fields + field + f, first, channels, count, vload8(0, lanes));
      }
#else
      for (int c = 0; c < count; c++) {
        finish(CHAIN_ARGUMENTS at * channels + first + c, field, fields, valid,
               vload8(0, results[tap][c]));
      }
#endif
    }
  }
}

#endif
