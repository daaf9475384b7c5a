// Convolutions with fewer multiplications (Winograd, "Arithmetic complexity of computations", 1980;
// Lavin and Gray 2016), of images [batch, height, width, channels].
//
//   y = A' [(G g G') * (B' d B)] A      d: a tile of pixels, g: weights, y: a tile of outputs
//
// For every pair of points `*` is a matrix product over tiles. Three kinds:
//
//   STRIDE 1, TAPS 5: 5 x 5 weights. A tile of 2 x 2 outputs takes 36 multiplications per channel and
//     column instead of 100 (winograd_2x5.h).
//   STRIDE 1, TAPS 3: 3 x 3 weights. A tile of 4 x 4 takes 36 instead of 144 (winograd_4x3.h).
//   STRIDE 2, TAPS 2: 4 x 4 weights. Pixels of one phase, the remainder of their place by 2, meet 2 x 2
//     of the weights with stride 1; so four phases are as many channels. A tile of 4 x 4 outputs takes
//     4 x 25 instead of 256 (winograd_4x2.h). With SCATTER (the adjoint) the results have the phases.
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
#include "epilogue.h"

#ifdef CPU

#include "tile.h"

#ifndef STRIDE
#define STRIDE 1
#endif
// Of a phase, along an axis.
#ifndef TAPS
#define TAPS 5
#endif
#ifndef SCATTER
#define SCATTER 0
#endif
// Whether the gradient by weights is [taps, columns, channels], and not [taps, channels, columns].
#ifndef FIELD_FIRST
#define FIELD_FIRST 0
#endif

// In front of loops over the vectors of a tile, which otherwise are in memory, not in registers.
#define UNROLL _Pragma("unroll")

// factor a + b
INLINE wide add_scaled(const float factor, const wide a, const wide b) {
  return fma((wide)(factor), a, b);
}

INLINE wide load_some(__global const float* p, const int count) {
  if (count >= LANES) return load_wide(p);
  float lanes[LANES];
  for (int i = 0; i < LANES; i++) lanes[i] = i < count ? p[i] : 0.0f;
  return load_wide(lanes);
}

#if TAPS == 2
#include "winograd_4x2.h"
#else
#include "winograd_six.h"
#if TAPS == 3
#include "winograd_4x3.h"
#else
#include "winograd_2x5.h"
#endif
#endif

#define PLANES (POINTS * POINTS)
#define PHASES (STRIDE * STRIDE)
#define KERNEL (STRIDE * TAPS)
#define TAP(phase, i, j) \
  (((i) * STRIDE + (phase) / STRIDE) * KERNEL + (j) * STRIDE + (phase) % STRIDE)

// From one pair of points to the next, in floats: a little more than a matrix, as otherwise all pairs
// of a tile would often fall into one set of the first-level cache.
#define APART(rows, columns) ((rows) * (columns) + LANES)

// LANES results of a row, of which `valid` exist.
#define FINISH(row, column, columns, valid, lanes)                                              \
  for (int at = 0; at < (valid); at += VECTOR) {                                                \
    finish(CHAIN_ARGUMENTS row, (column) + at, columns, min(VECTOR, (valid) - at),              \
           vload8(0, (lanes) + at));                                                            \
  }

// Of an input channel of a phase (id 1) and a panel of columns (id 0): to
// [point][panel][phase and channel][PANEL], with SCATTER to [phase][point][panel][channel][PANEL].
// `swapped` sums over the weights' last axis, and `mirrored` turns the taps of a phase by half a turn.
__kernel WIDE WORK_GROUP(1, 1) void winograd_weights(__global const float* restrict weights,
                                                __global float* restrict panels,
                                                const int channels, const int columns,
                                                const int swapped, const int mirrored) {
  const int phase = get_global_id(1) / channels, c = get_global_id(1) % channels;
  const int depth = SCATTER ? channels : PHASES * channels;
  const int place = SCATTER ? c : get_global_id(1);
  const int apart = APART(get_global_size(0) * depth, PANEL);
  __global float* to = panels + (SCATTER ? phase : 0) * PLANES * apart +
                       (get_global_id(0) * depth + place) * PANEL;
  for (int j = 0; j < PANEL; j += LANES) {
    const int column = get_global_id(0) * PANEL + j;
    const int count = min(LANES, columns - column);
    wide g[PLANES];
    for (int tap = 0; tap < TAPS * TAPS; tap++) {
      const int turned = mirrored ? TAPS * TAPS - 1 - tap : tap;
      const int from = TAP(phase, turned / TAPS, turned % TAPS);
      wide taps;
      if (swapped) {
        float lanes[LANES];
        for (int i = 0; i < LANES; i++) {
          lanes[i] = i < count ? weights[(from * columns + column + i) * channels + c] : 0.0f;
        }
        taps = load_wide(lanes);
      } else {
        taps = load_some(weights + (from * channels + c) * columns + column, count);
      }
      g[tap / TAPS * POINTS + tap % TAPS] = taps;
    }
    for (int i = 0; i < TAPS; i++) points_of_weights(g + i * POINTS, 1);
    for (int i = 0; i < POINTS; i++) points_of_weights(g + i, POINTS);
    for (int i = 0; i < PLANES; i++) store_wide(g[i], to + i * apart + j);
  }
}

// What is read, [batch, height, width, channels], and tiles over it.
#define TILING_PARAMETERS                                                                     \
  const int batch, const int height, const int width, const int channels, const int tiles_down, \
      const int tiles_across

// Pixels of tiles `begin` to begin + count - 1 at the points: [point][most][pitch]. The pixels of a
// tile are `spacing` apart; the first tile's first is at (top, left).
OUT_OF_LINE WIDE void transform_pixels(__global const float* restrict x, TILING_PARAMETERS,
                                       const int spacing, const int top, const int left,
                                       const int begin, const int count, const int most,
                                       const int pitch, __global float* restrict to) {
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
    for (int c = 0; c < channels; c += LANES) {
      wide d[PLANES];
      UNROLL for (int i = 0; i < PLANES; i++) {
        d[i] = places[i] < 0 ? (wide)(0.0f) : load_some(image + places[i] + c, channels - c);
      }
      UNROLL for (int i = 0; i < POINTS; i++) points_of_pixels(d + i, POINTS);
      UNROLL for (int i = 0; i < POINTS; i++) points_of_pixels(d + i * POINTS, 1);
      UNROLL for (int i = 0; i < PLANES; i++) store_wide(d[i], to + i * APART(most, pitch) + t * pitch + c);
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
  low##r = load_wide(c_at + (r) * c_stride);         \
  high##r = load_wide(c_at + (r) * c_stride + LANES);

// The products of `count` tiles with the weights, at every pair of points.
OUT_OF_LINE WIDE void multiply_tiles(__global const float* restrict pixels,
                                     __global const float* restrict panels,
                                     __global float* restrict products, const int count,
                                     const int most, const int pitch, const int depth,
                                     const int columns, const int columns_padded) {
  for (int i = 0; i < PLANES; i++) {
    for (int column = 0; column < columns; column += PANEL) {
      for (int row = 0; row < count; row += TILE) {
        // The last tile begins early enough to be a whole one; it computes some rows again.
        const int first = max(0, min(row, count - TILE));
        __global float* c_at = products + i * APART(most, columns_padded) +
                              first * columns_padded + column;
        __global const float* restrict a_at = pixels + i * APART(most, pitch) + first * pitch;
        __global const float* restrict b_at =
            panels + i * APART(columns_padded, depth) + column * depth;
        const int a_stride = pitch, a_step = 1, b_step = PANEL, c_stride = columns_padded;
        TILE_ROWS(ZERO_ROW)
        int p = 0;
        STEPS(p, depth)
        TILE_ROWS(STORE_ROW)
      }
    }
  }
}

// Takes products back from the points, and on to the chain.
OUT_OF_LINE WIDE void finish_tiles(CHAIN_PARAMETERS __global const float* restrict products,
                                   const int begin, const int count, const int most,
                                   const int tiles_down, const int tiles_across, const int spacing,
                                   const int top, const int left, const int out_height,
                                   const int out_width, const int columns,
                                   const int columns_padded) {
  for (int t = 0; t < count; t++) {
    const int tile = begin + t;
    const int tile_y = tile / tiles_across % tiles_down * OUT * spacing + top;
    const int tile_x = tile % tiles_across * OUT * spacing + left;
    const int image = tile / tiles_across / tiles_down * out_height;
    for (int column = 0; column < columns; column += LANES) {
      wide m[PLANES];
      UNROLL for (int i = 0; i < PLANES; i++) {
        m[i] = load_wide(products + i * APART(most, columns_padded) + t * columns_padded + column);
      }
      UNROLL for (int i = 0; i < POINTS; i++) outputs_of_points(m + i, POINTS);
      UNROLL for (int i = 0; i < OUT; i++) outputs_of_points(m + i * POINTS, 1);
      float outputs[OUT * OUT * LANES];
      UNROLL for (int i = 0; i < OUT * OUT; i++) {
        store_wide(m[i / OUT * POINTS + i % OUT], outputs + i * LANES);
      }
      const int valid = min(LANES, columns - column);
      for (int i = 0; i < OUT * OUT; i++) {
        const int oy = tile_y + i / OUT * spacing, ox = tile_x + i % OUT * spacing;
        if (oy < out_height && ox < out_width) {
          FINISH((image + oy) * out_width + ox, column, columns, valid, outputs + i * LANES)
        }
      }
    }
  }
}

// With SCATTER the first place q of a phase of the result is the first whose pixel, STRIDE q +
// phase - padding, is not negative; it sees the pixels q - 1 and q of what is read.
#define FIRST_PLACE(phase, padding) (((padding) - (phase) + 1) / 2)

__kernel WIDE WORK_GROUP(1, 1) void conv2d_winograd(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict panels,
    __global float* restrict space, TILING_PARAMETERS, const int padding_height,
    const int padding_width, const int out_height, const int out_width, const int columns,
    const int columns_padded, const int pitch, const int most) {
  const int tiles = batch * tiles_down * tiles_across;
  __global float* pixels =
      space + get_global_id(0) * PLANES * (APART(most, pitch) + APART(most, columns_padded));
  __global float* products = pixels + PLANES * APART(most, pitch);
  for (int begin = get_global_id(0) * most; begin < tiles; begin += get_global_size(0) * most) {
    const int count = min(most, tiles - begin);
#if SCATTER
    for (int phase = 0; phase < PHASES; phase++) {
      const int first_y = FIRST_PLACE(phase / STRIDE, padding_height);
      const int first_x = FIRST_PLACE(phase % STRIDE, padding_width);
      transform_pixels(x, batch, height, width, channels, tiles_down, tiles_across, 1, first_y - 1,
                       first_x - 1, begin, count, most, pitch, pixels);
      multiply_tiles(pixels, panels + phase * PLANES * APART(columns_padded, channels), products,
                     count, most, pitch, channels, columns, columns_padded);
      finish_tiles(CHAIN_ARGUMENTS products, begin, count, most, tiles_down, tiles_across, STRIDE,
                   STRIDE * first_y + phase / STRIDE - padding_height,
                   STRIDE * first_x + phase % STRIDE - padding_width, out_height, out_width,
                   columns, columns_padded);
    }
#else
    transform_phases(x, batch, height, width, channels, tiles_down, tiles_across, padding_height,
                     padding_width, begin, count, most, pitch, pixels);
    multiply_tiles(pixels, panels, products, count, most, pitch, PHASES * channels, columns,
                   columns_padded);
    finish_tiles(CHAIN_ARGUMENTS products, begin, count, most, tiles_down, tiles_across, 1, 0, 0,
                 out_height, out_width, columns, columns_padded);
#endif
  }
}

// The gradients at the points of tiles begin to begin + count - 1: [point][panel][most][PANEL].
OUT_OF_LINE WIDE void transform_field(__global const float* restrict field, const int out_height,
                                      const int out_width, const int tiles_down,
                                      const int tiles_across, const int columns, const int begin,
                                      const int count, const int most, const int columns_padded,
                                      __global float* restrict to) {
  for (int t = 0; t < count; t++) {
    const int tile = begin + t;
    const int top = tile / tiles_across % tiles_down * OUT;
    const int left = tile % tiles_across * OUT;
    const int image = tile / tiles_across / tiles_down * out_height;
    for (int column = 0; column < columns_padded; column += LANES) {
      wide y[PLANES];
      UNROLL for (int i = 0; i < OUT * OUT; i++) {
        const int oy = top + i / OUT, ox = left + i % OUT;
        const int inside = oy < out_height && ox < out_width && column < columns;
        y[i / OUT * POINTS + i % OUT] =
            inside ? load_some(field + ((image + oy) * out_width + ox) * columns + column,
                               columns - column)
                   : (wide)(0.0f);
      }
      UNROLL for (int i = 0; i < OUT; i++) points_of_outputs(y + i * POINTS, 1);
      UNROLL for (int i = 0; i < POINTS; i++) points_of_outputs(y + i, POINTS);
      __global float* panel = to + (column / PANEL * most + t) * PANEL + column % PANEL;
      UNROLL for (int i = 0; i < PLANES; i++) store_wide(y[i], panel + i * APART(most, columns_padded));
    }
  }
}

// The products of pixels and gradients over `count` tiles: c, or with `adds` what c grows by.
OUT_OF_LINE WIDE void add_products(__global const float* restrict pixels,
                                   __global const float* restrict gradients,
                                   __global float* restrict c, const int adds, const int count,
                                   const int most, const int pitch, const int rows_padded,
                                   const int columns_padded) {
  for (int i = 0; i < PLANES; i++) {
    for (int column = 0; column < columns_padded; column += PANEL) {
      for (int row = 0; row < rows_padded; row += TILE) {
        __global float* c_at =
            c + i * APART(rows_padded, columns_padded) + row * columns_padded + column;
        __global const float* restrict a_at = pixels + i * APART(most, pitch) + row;
        __global const float* restrict b_at =
            gradients + i * APART(most, columns_padded) + column * most;
        const int a_stride = 1, a_step = pitch, b_step = PANEL, c_stride = columns_padded;
        TILE_ROWS(ZERO_ROW)
        if (adds) {
          TILE_ROWS(LOAD_ROW)
        }
        int p = 0;
        STEPS(p, count)
        TILE_ROWS(STORE_ROW)
      }
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
  __global float* pixels =
      space + get_global_id(0) * PLANES * (APART(most, pitch) + APART(most, columns_padded));
  __global float* gradients = pixels + PLANES * APART(most, pitch);
  __global float* c = parts + get_global_id(0) * PLANES * APART(rows_padded, columns_padded);
  // The last tile of rows reaches beyond the last channel.
  for (int i = 0; i < PLANES * APART(most, pitch); i += LANES) store_wide((wide)(0.0f), pixels + i);
  for (int begin = get_global_id(0) * most; begin < tiles; begin += get_global_size(0) * most) {
    const int count = min(most, tiles - begin);
    transform_phases(x, batch, height, width, channels, tiles_down, tiles_across, padding_height,
                     padding_width, begin, count, most, pitch, pixels);
    transform_field(field, out_height, out_width, tiles_down, tiles_across, columns, begin, count,
                    most, columns_padded, gradients);
    add_products(pixels, gradients, c, begin >= get_global_size(0) * most, count, most, pitch,
                 rows_padded, columns_padded);
  }
}

// LANES channels of the weights (id 1: phase and these), all taps and columns.
__kernel WIDE WORK_GROUP(1, 1) void sum_shares_winograd(
    CHAIN_PARAMETERS __global const float* restrict parts, const int shares, const int channels,
    const int fields, const int rows_padded, const int columns_padded) {
  const int blocks = (channels + LANES - 1) / LANES;
  const int phase = get_global_id(1) / blocks, first = get_global_id(1) % blocks * LANES;
  const int count = min(LANES, channels - first);
  for (int field = 0; field < fields; field += LANES) {
    const int valid = min(LANES, fields - field);
    float results[TAPS * TAPS][LANES][LANES]; // [tap][channel][field]
    for (int c = 0; c < count; c++) {
      wide m[PLANES];
      for (int i = 0; i < PLANES; i++) {
        m[i] = (wide)(0.0f);
        for (int s = 0; s < shares; s++) {
          m[i] += load_wide(parts + (size_t)(s * PLANES + i) * APART(rows_padded, columns_padded) +
                            (phase * channels + first + c) * columns_padded + field);
        }
      }
      for (int i = 0; i < POINTS; i++) weights_of_points(m + i, POINTS);
      for (int i = 0; i < TAPS; i++) weights_of_points(m + i * POINTS, 1);
      for (int tap = 0; tap < TAPS * TAPS; tap++) {
        store_wide(m[tap / TAPS * POINTS + tap % TAPS], results[tap][c]);
      }
    }
    for (int tap = 0; tap < TAPS * TAPS; tap++) {
      const int from = TAP(phase, tap / TAPS, tap % TAPS);
#if FIELD_FIRST
      for (int f = 0; f < valid; f++) {
        float lanes[LANES];
        for (int c = 0; c < LANES; c++) lanes[c] = c < count ? results[tap][c][f] : 0.0f;
        FINISH(from * fields + field + f, first, channels, count, lanes)
      }
#else
      for (int c = 0; c < count; c++) {
        FINISH(from * channels + first + c, field, fields, valid, results[tap][c])
      }
#endif
    }
  }
}

#endif
