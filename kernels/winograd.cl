// Convolutions of 5 x 5 with stride 1 as Winograd's F(2 x 2, 5 x 5): of images [batch, height, width,
// channels] a tile of 2 x 2 outputs takes 36 multiplications per channel and column instead of 100.
// (Winograd, "Arithmetic complexity of computations", 1980; Lavin and Gray 2016.)
//
//   y = A' [(G g G') * (B' d B)] A      d: 6 x 6 pixels, g: 5 x 5 weights, y: 2 x 2 outputs
//
// An output is a coefficient of the product of two polynomials, which is known from its values at six
// points: 0, 3/4, -3/4, 3/2, -3/2 and infinity, of whose sets this one rounds as little as a sum of
// products does, while 0, 1, -1, 2, -2 loses a bit and a half. A evaluates a polynomial at these points, and so does G, which
// divides by what B' lacks. In between, each of the 36 pairs of points is a matrix product over tiles.
//
//   winograd_weights            g at the points, once a run, in panels as conv2d_winograd reads them
//   conv2d_winograd             forward, and by its input (the same with mirrored weights)
//   conv2d_weights_winograd     by the weights: G' [sum over tiles of (A dy A') * (B' d B)] G, in shares
//   sum_shares_winograd         the sum over shares and the outer G' G; there the chain is
//
// On a CPU alone. A work-item takes blocks of tiles (id 0), small enough that what it has of them at
// the points stays in the cache.
//
// Cost: 2 x 36 x tiles x channels x columns FLOPs, and about 300 per tile and channel or column.

#include "dialect/vector.h"
#include "dialect/functions.h"

#ifndef CHAIN_BODY
#define CHAIN_PARAMETERS __global float* restrict out0,
#define CHAIN_ARGUMENTS out0,
#define CHAIN_BODY store_vec(value, out0 + row * columns + column, count);
#endif

#ifdef CPU

#include "tile.h"

#define TAPS 5
#define OUT 2
#define POINTS 6
#define PLANES (POINTS * POINTS)

// The images and where tiles lie in them: tile t has outputs from 2 t, inputs from 2 t - padding.
#define TILING_PARAMETERS                                                                     \
  const int batch, const int height, const int width, const int channels, const int out_height, \
      const int out_width, const int padding_height, const int padding_width
#define TILES_DOWN ((out_height + OUT - 1) / OUT)
#define TILES_ACROSS ((out_width + OUT - 1) / OUT)

INLINE void finish(CHAIN_PARAMETERS const int row, const int column, const int columns,
                   const int count, const vec value) {
  CHAIN_BODY
}

// The points besides 0 and infinity, NEAR, -NEAR, FAR and -FAR, squared, and what G divides by.
#define NEAR 0.75f
#define FAR 1.5f
#define NEAR2 (NEAR * NEAR)
#define FAR2 (FAR * FAR)
#define AT_ZERO (1.0f / (NEAR2 * FAR2))
#define AT_NEAR (1.0f / (2.0f * NEAR2 * (NEAR2 - FAR2)))
#define AT_FAR (1.0f / (2.0f * FAR2 * (FAR2 - NEAR2)))

// factor a + b
INLINE vec add_scaled(const float factor, const vec a, const vec b) { return fma((vec)(factor), a, b); }

// B': six pixels, `step` apart, in place.
INLINE void points_of_pixels(vec* d, const int step) {
  const vec d0 = d[0], d1 = d[step], d2 = d[2 * step];
  const vec d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const vec near_even = add_scaled(-FAR2, d2, d4), near_odd = add_scaled(-FAR2, d1, d3);
  const vec far_even = add_scaled(-NEAR2, d2, d4), far_odd = add_scaled(-NEAR2, d1, d3);
  d[0] = add_scaled(NEAR2 * FAR2, d0, add_scaled(-(NEAR2 + FAR2), d2, d4));
  d[step] = add_scaled(NEAR, near_odd, near_even);
  d[2 * step] = add_scaled(-NEAR, near_odd, near_even);
  d[3 * step] = add_scaled(FAR, far_odd, far_even);
  d[4 * step] = add_scaled(-FAR, far_odd, far_even);
  d[5 * step] = add_scaled(NEAR2 * FAR2, d1, add_scaled(-(NEAR2 + FAR2), d3, d5));
}

// A': from six points, `step` apart, to two outputs.
INLINE void outputs_of_points(vec* m, const int step) {
  const vec m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step];
  m[0] = m[0] + (m1 + m2) + (m3 + m4);
  m[step] = add_scaled(NEAR, m1 - m2, add_scaled(FAR, m3 - m4, m[5 * step]));
}

// A: from two outputs to six points.
INLINE void points_of_outputs(vec* y, const int step) {
  const vec y0 = y[0], y1 = y[step];
  y[step] = add_scaled(NEAR, y1, y0);
  y[2 * step] = add_scaled(-NEAR, y1, y0);
  y[3 * step] = add_scaled(FAR, y1, y0);
  y[4 * step] = add_scaled(-FAR, y1, y0);
  y[5 * step] = y1;
}

// G: from five weights to six points.
INLINE void points_of_weights(vec* g, const int step) {
  const vec g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step], g4 = g[4 * step];
  const vec near_even = add_scaled(NEAR2, add_scaled(NEAR2, g4, g2), g0);
  const vec near_odd = NEAR * add_scaled(NEAR2, g3, g1);
  const vec far_even = add_scaled(FAR2, add_scaled(FAR2, g4, g2), g0);
  const vec far_odd = FAR * add_scaled(FAR2, g3, g1);
  g[0] = g0 * AT_ZERO;
  g[step] = (near_even + near_odd) * AT_NEAR;
  g[2 * step] = (near_even - near_odd) * AT_NEAR;
  g[3 * step] = (far_even + far_odd) * AT_FAR;
  g[4 * step] = (far_even - far_odd) * AT_FAR;
  g[5 * step] = g4;
}

// G': from six points to five weights.
INLINE void weights_of_points(vec* m, const int step) {
  const vec near_even = (m[step] + m[2 * step]) * AT_NEAR;
  const vec near_odd = (m[step] - m[2 * step]) * (AT_NEAR * NEAR);
  const vec far_even = (m[3 * step] + m[4 * step]) * AT_FAR;
  const vec far_odd = (m[3 * step] - m[4 * step]) * (AT_FAR * FAR);
  m[0] = add_scaled(AT_ZERO, m[0], near_even + far_even);
  m[step] = near_odd + far_odd;
  m[2 * step] = add_scaled(NEAR2, near_even, FAR2 * far_even);
  m[3 * step] = add_scaled(NEAR2, near_odd, FAR2 * far_odd);
  m[4 * step] =
      add_scaled(NEAR2 * NEAR2, near_even, add_scaled(FAR2 * FAR2, far_even, m[5 * step]));
}

// Of an input channel (id 1) and a panel of columns (id 0): to [point][panel][channel][PANEL].
// `swapped` sums over the weights' last axis, and `mirrored` turns them by half a turn.
__kernel WORK_GROUP(1, 1) void winograd_weights(__global const float* restrict weights,
                                                __global float* restrict panels,
                                                const int channels, const int columns,
                                                const int swapped, const int mirrored) {
  const int c = get_global_id(1);
  for (int j = 0; j < PANEL; j += VECTOR) {
    const int column = get_global_id(0) * PANEL + j;
    const int count = min(VECTOR, columns - column);
    vec g[PLANES];
    for (int tap = 0; tap < TAPS * TAPS; tap++) {
      const int from = mirrored ? TAPS * TAPS - 1 - tap : tap;
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
              panels + ((i * get_global_size(0) + get_global_id(0)) * channels + c) * PANEL + j);
    }
  }
}

// Pixels of tiles `begin` to begin + count - 1 at the points: [point][most][pitch].
INLINE void transform_pixels(__global const float* restrict x, TILING_PARAMETERS, const int begin,
                             const int count, const int most, const int pitch,
                             __global float* restrict to) {
  for (int t = 0; t < count; t++) {
    const int tile = begin + t;
    const int top = tile / TILES_ACROSS % TILES_DOWN * OUT - padding_height;
    const int left = tile % TILES_ACROSS * OUT - padding_width;
    __global const float* image =
        x + tile / TILES_ACROSS / TILES_DOWN * height * width * channels;
    int places[PLANES];
    for (int i = 0; i < PLANES; i++) {
      const int iy = top + i / POINTS, ix = left + i % POINTS;
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

#define STORE_ROW(r)                                 \
  store_wide(low##r, c_at + (r) * columns_padded);   \
  store_wide(high##r, c_at + (r) * columns_padded + LANES);
#define LOAD_ROW(r)                                  \
  wide low##r = load_wide(c_at + (r) * columns_padded); \
  wide high##r = load_wide(c_at + (r) * columns_padded + LANES);

__kernel WIDE WORK_GROUP(1, 1) void conv2d_winograd(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict panels,
    __global float* restrict space, TILING_PARAMETERS, const int columns, const int columns_padded,
    const int pitch, const int most) {
  const int tiles = batch * TILES_DOWN * TILES_ACROSS;
  __global float* pixels = space + get_global_id(0) * PLANES * most * (pitch + columns_padded);
  __global float* products = pixels + PLANES * most * pitch;
  for (int begin = get_global_id(0) * most; begin < tiles; begin += get_global_size(0) * most) {
    const int count = min(most, tiles - begin);
    transform_pixels(x, batch, height, width, channels, out_height, out_width, padding_height,
                     padding_width, begin, count, most, pitch, pixels);
    for (int i = 0; i < PLANES; i++) {
      for (int column = 0; column < columns; column += PANEL) {
        for (int row = 0; row < count; row += TILE) {
          // The last tile begins early enough to be a whole one; it computes some rows again.
          const int first = max(0, min(row, count - TILE));
          __global float* c_at = products + (i * most + first) * columns_padded + column;
          __global const float* restrict a_at = pixels + (i * most + first) * pitch;
          __global const float* restrict b_at = panels + (i * columns_padded + column) * channels;
          const int a_stride = pitch, a_step = 1, b_step = PANEL;
          TILE_ROWS(ZERO_ROW)
          int p = 0;
          STEPS(p, channels)
          TILE_ROWS(STORE_ROW)
        }
      }
    }
    for (int t = 0; t < count; t++) {
      const int tile = begin + t;
      const int top = tile / TILES_ACROSS % TILES_DOWN * OUT;
      const int left = tile % TILES_ACROSS * OUT;
      const int image = tile / TILES_ACROSS / TILES_DOWN * out_height;
      for (int column = 0; column < columns; column += VECTOR) {
        vec m[PLANES];
        for (int i = 0; i < PLANES; i++) {
          m[i] = vload8(0, products + (i * most + t) * columns_padded + column);
        }
        for (int i = 0; i < POINTS; i++) outputs_of_points(m + i, POINTS);
        for (int i = 0; i < OUT; i++) outputs_of_points(m + i * POINTS, 1);
        for (int i = 0; i < OUT * OUT; i++) {
          const int oy = top + i / OUT, ox = left + i % OUT;
          if (oy < out_height && ox < out_width) {
            finish(CHAIN_ARGUMENTS (image + oy) * out_width + ox, column, columns,
                   min(VECTOR, columns - column), m[i / OUT * POINTS + i % OUT]);
          }
        }
      }
    }
  }
}

// The gradients at the points of tiles begin to begin + count - 1: [point][most][columns_padded].
INLINE void transform_field(__global const float* restrict field, const int out_height,
                            const int out_width, const int columns, const int begin,
                            const int count, const int most, const int columns_padded,
                            __global float* restrict to) {
  for (int t = 0; t < count; t++) {
    const int tile = begin + t;
    const int top = tile / TILES_ACROSS % TILES_DOWN * OUT;
    const int left = tile % TILES_ACROSS * OUT;
    const int image = tile / TILES_ACROSS / TILES_DOWN * out_height;
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
      for (int i = 0; i < PLANES; i++) vstore8(y[i], 0, to + (i * most + t) * columns_padded + column);
    }
  }
}

// Share id 0: parts [share][point][channels_padded][columns_padded].
__kernel WIDE WORK_GROUP(1, 1) void conv2d_weights_winograd(
    __global const float* restrict x, __global const float* restrict field,
    __global float* restrict parts, __global float* restrict space, TILING_PARAMETERS,
    const int columns, const int columns_padded, const int pitch, const int channels_padded,
    const int most) {
  const int tiles = batch * TILES_DOWN * TILES_ACROSS;
  __global float* pixels = space + get_global_id(0) * PLANES * most * (pitch + columns_padded);
  __global float* gradients = pixels + PLANES * most * pitch;
  __global float* c = parts + get_global_id(0) * PLANES * channels_padded * columns_padded;
  for (int i = 0; i < PLANES * channels_padded * columns_padded; i += VECTOR) {
    vstore8((vec)(0.0f), 0, c + i);
  }
  // The last tile of rows reaches beyond the last channel.
  for (int i = 0; i < PLANES * most * pitch; i += VECTOR) vstore8((vec)(0.0f), 0, pixels + i);
  for (int begin = get_global_id(0) * most; begin < tiles; begin += get_global_size(0) * most) {
    const int count = min(most, tiles - begin);
    transform_pixels(x, batch, height, width, channels, out_height, out_width, padding_height,
                     padding_width, begin, count, most, pitch, pixels);
    transform_field(field, out_height, out_width, columns, begin, count, most, columns_padded,
                    gradients);
    for (int i = 0; i < PLANES; i++) {
      for (int column = 0; column < columns_padded; column += PANEL) {
        for (int row = 0; row < channels; row += TILE) {
          __global float* c_at = c + (i * channels_padded + row) * columns_padded + column;
          __global const float* restrict a_at = pixels + i * most * pitch + row;
          __global const float* restrict b_at = gradients + i * most * columns_padded + column;
          const int a_stride = 1, a_step = pitch, b_step = columns_padded;
          TILE_ROWS(LOAD_ROW)
          int p = 0;
          STEPS(p, count)
          TILE_ROWS(STORE_ROW)
        }
      }
    }
  }
}

// Channel id 1 of the weights, all taps.
__kernel WORK_GROUP(1, 1) void sum_shares_winograd(
    CHAIN_PARAMETERS __global const float* restrict parts, const int shares, const int channels,
    const int columns, const int channels_padded, const int columns_padded) {
  const int c = get_global_id(1);
  for (int column = 0; column < columns; column += VECTOR) {
    vec m[PLANES];
    for (int i = 0; i < PLANES; i++) {
      m[i] = (vec)(0.0f);
      for (int s = 0; s < shares; s++) {
        m[i] += vload8(0, parts + ((s * PLANES + i) * channels_padded + c) * columns_padded + column);
      }
    }
    for (int i = 0; i < POINTS; i++) weights_of_points(m + i, POINTS);
    for (int i = 0; i < TAPS; i++) weights_of_points(m + i * POINTS, 1);
    for (int tap = 0; tap < TAPS * TAPS; tap++) {
      finish(CHAIN_ARGUMENTS tap * channels + c, column, columns, min(VECTOR, columns - column),
             m[tap / TAPS * POINTS + tap % TAPS]);
    }
  }
}

#endif
