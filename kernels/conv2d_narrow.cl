// Convolution, on a CPU, whose result has few channels, grey or colour, and its adjoint (SCATTER): a
// panel of weights would be mostly empty, and a dot product for each result short.
//
//   products[tap][column][pixel] = sum over channels of weights[tap][column][channel] x[pixel][channel]
//   result[output][column] = sum over taps of the products of the pixels that it sees through them
//
// with weights from pack_weights.cl. A work-item (id 0) takes blocks of lines_per_block lines of an
// image's outputs in turn: it computes the products of all lines of pixels that they see, PANEL pixels
// at a time (tile.h), then adds up line by line. From one row of products to the next are `pitch`
// floats. The chain (pointwise.cl) receives the result as `value`: with BY_LINES, of one column, as a
// matrix of lines.
//
// Cost: 2 x pixels x channels x taps x columns FLOPs; strides without SCATTER waste what no output sees.

#include "dialect/vector.h"
#include "dialect/functions.h"
#include "epilogue.h"
#ifndef SCATTER
#define SCATTER 0
#endif
#include "window.h"

#ifdef CPU

#ifndef BY_LINES
#define BY_LINES 0
#endif

// A row of the tile is a tap's column.
#define A_AT(r) a_step_at[place##r]

#include "tile.h"

#define PLACE_ROW(r) const int place##r = min(row + r, rows - 1) * channels;
#define STORE_ROW(r)                                              \
  if (row + r < rows) {                                           \
    __global float* at = products + (row + r) * pitch + first;    \
    store_wide(low##r, at);                                       \
    store_wide(high##r, at + LANES);                              \
  }

// The products of `rows` rows of weights with `count` pixels.
OUT_OF_LINE WIDE void multiply_pixels(__global const float* restrict x, const int count,
                                      const int channels, __global const float* restrict weights,
                                      const int rows, __global float* restrict panel,
                                      __global float* restrict products, const int pitch) {
  for (int pixel = 0; pixel < count; pixel += PANEL) {
    // The last panel begins early enough to be a whole one.
    const int first = max(0, min(pixel, count - PANEL));
    pack_columns(x + first * channels, channels, channels, min(PANEL, count), panel);
    for (int row = 0; row < rows; row += TILE) {
      __global const float* restrict a_at = weights;
      __global const float* restrict b_at = panel;
      const int a_step = 1, b_step = PANEL;
      TILE_ROWS(PLACE_ROW)
      TILE_ROWS(ZERO_ROW)
      int p = 0;
      STEPS(p, channels)
      TILE_ROWS(STORE_ROW)
    }
  }
}

#define FLOOR_QUOTIENT(a, b) ((a) >= 0 ? (a) / (b) : -((-(a) + (b) - 1) / (b)))

// Adds to a line of outputs what it sees of a line of pixels through a line of taps, column by column.
// The outputs of a phase, `phase_pitch` apart from those of the next, are neighbours in `sums`.
OUT_OF_LINE void add_line(__global const float* restrict products, const int pitch,
                          const int columns, const int width, const int out_width,
                          const int kernel_width, const int stride, const int padding,
                          const int dilation, __global float* restrict sums,
                          const int phase_pitch) {
  const int phases = SCATTER ? stride : 1;
  for (int row = 0; row < kernel_width * columns; row++) {
    const int place = row / columns * dilation - padding;
    __global const float* restrict from = products + row * pitch;
    __global float* restrict to = sums + row % columns * phases * phase_pitch;
#if SCATTER
    // Pixel i reaches output (i + behind) stride + phase.
    const int behind = FLOOR_QUOTIENT(place, stride), phase = place - behind * stride;
    const int size = (out_width - phase + stride - 1) / stride;
    const int low = max(0, -behind), high = min(width, size - behind);
    to += phase * phase_pitch + behind;
    for (int i = low; i < high; i++) to[i] += from[i];
#else
    const int low = max(0, -FLOOR_QUOTIENT(place, stride));
    const int high = min(out_width, FLOOR_QUOTIENT(width - 1 - place, stride) + 1);
    for (int i = low; i < high; i++) to[i] += from[i * stride + place];
#endif
  }
}

__kernel WIDE WORK_GROUP(1, 1) void conv2d_narrow(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict weights,
    __global float* restrict space, WINDOW_PARAMETERS, const int columns, const int pitch,
    const int lines_per_block) {
  const int taps_across = kernel_width * columns, rows = kernel_height * taps_across;
  const int phases = SCATTER ? stride_width : 1;
  const int phase_pitch = (out_width + phases - 1) / phases;
  const int sums_size = columns * phases * phase_pitch;
  const int size = rows * pitch + channels * PANEL + sums_size + out_width * columns + VECTOR;
  __global float* products = space + get_global_id(0) * size;
  __global float* panel = products + rows * pitch;
  __global float* sums = panel + channels * PANEL;
  __global float* values = sums + sums_size;
  const int reach = (kernel_height - 1) * dilation_height;
  const int blocks = (out_height + lines_per_block - 1) / lines_per_block;
  for (int block = get_global_id(0); block < batch * blocks; block += get_global_size(0)) {
    const int image = block / blocks, begin = block % blocks * lines_per_block;
    const int end = min(begin + lines_per_block, out_height);
    // The lines of pixels that these outputs see.
#if SCATTER
    const int top = max(0, (begin + padding_height - reach + stride_height - 1) / stride_height);
    const int bottom = min(height, (end - 1 + padding_height) / stride_height + 1);
#else
    const int top = max(0, begin * stride_height - padding_height);
    const int bottom = min(height, (end - 1) * stride_height - padding_height + reach + 1);
#endif
    multiply_pixels(x + (image * height + top) * width * channels, (bottom - top) * width, channels,
                    weights, rows, panel, products, pitch);
    for (int line = begin; line < end; line++) {
      for (int i = 0; i < sums_size; i++) sums[i] = 0.0f;
      for (int tap = 0; tap < kernel_height; tap++) {
#if SCATTER
        const int down = line + padding_height - tap * dilation_height;
        if (down < 0 || down % stride_height != 0) continue;
        const int iy = down / stride_height;
#else
        const int iy = line * stride_height - padding_height + tap * dilation_height;
#endif
        if (iy < top || iy >= bottom) continue;
        add_line(products + tap * taps_across * pitch + (iy - top) * width, pitch, columns, width,
                 out_width, kernel_width, stride_width, padding_width, dilation_width, sums,
                 phase_pitch);
      }
      for (int column = 0; column < columns; column++) {
        for (int phase = 0; phase < phases; phase++) {
          __global const float* restrict from = sums + (column * phases + phase) * phase_pitch;
          for (int i = 0; i * phases + phase < out_width; i++) {
            values[(i * phases + phase) * columns + column] = from[i];
          }
        }
      }
      const int above = image * out_height + line;
#if BY_LINES
      for (int across = 0; across < out_width; across += VECTOR) {
        finish(CHAIN_ARGUMENTS above, across, out_width, min(VECTOR, out_width - across),
               vload8(0, values + across));
      }
#else
      for (int across = 0; across < out_width; across++) {
        finish(CHAIN_ARGUMENTS above * out_width + across, 0, columns, columns,
               vload8(0, values + across * columns));
      }
#endif
    }
  }
}

#endif
