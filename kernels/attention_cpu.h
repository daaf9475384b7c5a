// The kernels of attention.cl for a CPU: a work-item takes an image, in vectors. The last one of a line
// reaches into the next line, which is there, is harmless in a product with a filter, and is written
// later.

// Lines are padded to whole vectors; the padding of a filter is zero.
#define PADDED(n) (((n) + VECTOR - 1) / VECTOR * VECTOR)
#define ITEM WORK_GROUP(1, 1)
#define FOR(i, n) for (int i = 0; i < (n); i++)
#define FOR_VECTORS(i, n) for (int i = 0; i < (n); i += VECTOR)
#define load_scratch(p) vload8(0, p)
#define store_scratch(v, p) vstore8(v, 0, p)
#define POSITIONS ((vec)(1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f, 7.0f, 8.0f))

// How much of a vector from (x, y) may be touched: all but what lies behind the image.
#define COUNT(x, y) min(VECTOR, (HEIGHT - (y)) * LINE - (x))

#define SPAN PADDED(WIDTH)
#define RISE PADDED(HEIGHT)
#define PITCH PADDED(LINE)

// Whether a gradient keeps what the canvas shows, for which it needs room on a worker's stack.
#define KEEPS_SHOWN (HEIGHT * PITCH <= 1 << 17)

// Equations 25 and 26: SIZE filters over `length` pixels, in rows of `pitch`.
INLINE void filterbank(float* bank, Filters f, int length, int pitch) {
  FOR(i, SIZE) {
    const float centre = filter_centre(f, i);
    const float nearest = nearest_pixel(centre, length);
    vec sum = (vec)(0.0f);
    for (int a = 0; a < length; a += VECTOR) {
      const vec x = POSITIONS + (float)a;
      // (x - centre)^2 - (nearest - centre)^2
      const vec further = (x - nearest) * (x + nearest - 2.0f * centre);
      const vec value = keep_vec(f_exp(further * (-0.5f * f.precision)), length - a);
      store_scratch(value, bank + i * pitch + a);
      sum += value;
    }
    const float scale = 1.0f / sum_vec(sum);
    for (int a = 0; a < length; a += VECTOR) {
      store_scratch(load_scratch(bank + i * pitch + a) * scale, bank + i * pitch + a);
    }
  }
}

// Places both filterbanks of a window.
#define PLACE_FILTERS(window)                        \
  const Filters across = filters(window, 0, WIDTH);  \
  const Filters down = filters(window, 1, HEIGHT);   \
  const float intensity = exp_of((window)[4]);       \
  filterbank(fx, across, WIDTH, SPAN);               \
  filterbank(fy, down, HEIGHT, RISE);

// An image, or an error image, contracted over its rows: lines[i] = sum over y of fy[i, y] image[y].
INLINE void contract_rows(const float* fy, __global const float* image, float* lines) {
  FOR_VECTORS(x, LINE) {
    vec sums[SIZE];
    for (int i = 0; i < SIZE; i++) sums[i] = (vec)(0.0f);
    for (int y = 0; y < HEIGHT; y++) {
      const vec pixels = load_vec(image + y * LINE + x, COUNT(x, y));
      for (int i = 0; i < SIZE; i++) sums[i] = fma(pixels, (vec)(fy[i * RISE + y]), sums[i]);
    }
    for (int i = 0; i < SIZE; i++) store_scratch(sums[i], lines + i * PITCH + x);
  }
}

#if ERROR_IMAGE

// The same of an image and of its error image at once, whose lines follow those of the image. What the
// canvas shows, sigmoid(canvas), is kept for the gradient, if it is asked for.
INLINE void contract_both(const float* fy, __global const float* image,
                          __global const float* canvas, float* lines, float* kept) {
  FOR_VECTORS(x, LINE) {
    vec sums[2 * SIZE];
    for (int i = 0; i < 2 * SIZE; i++) sums[i] = (vec)(0.0f);
    for (int y = 0; y < HEIGHT; y++) {
      const vec pixels = load_vec(image + y * LINE + x, COUNT(x, y));
      const vec canvas_pixels = f_sigmoid(load_vec(canvas + y * LINE + x, COUNT(x, y)));
      const vec errors = pixels - canvas_pixels;
      if (kept) vstore8(canvas_pixels, 0, kept + y * PITCH + x);
      for (int i = 0; i < SIZE; i++) {
        const vec filter = (vec)(fy[i * RISE + y]);
        sums[i] = fma(pixels, filter, sums[i]);
        sums[SIZE + i] = fma(errors, filter, sums[SIZE + i]);
      }
    }
    for (int i = 0; i < 2 * SIZE; i++) store_scratch(sums[i], lines + i * PITCH + x);
  }
}

#endif

// patch[i, j, c] = factor times the sum over x of lines[i, x, c] fx[j, x].
INLINE void contract_columns(const float* fx, const float* lines,
                             int rows, float factor, __global float* patch) {
  FOR(e, rows * SIZE * CHANNELS) {
    const int j = e / CHANNELS % SIZE, i = e / CHANNELS / SIZE;
#if CHANNELS == 1
    vec sum = (vec)(0.0f);
    for (int x = 0; x < WIDTH; x += VECTOR) {
      sum = fma(load_scratch(lines + i * PITCH + x), load_scratch(fx + j * SPAN + x), sum);
    }
    patch[e] = sum_vec(sum) * factor;
#else
    const int c = e % CHANNELS;
    float sum = 0.0f;
    for (int x = 0; x < WIDTH; x++) sum += lines[i * PITCH + x * CHANNELS + c] * fx[j * SPAN + x];
    patch[e] = sum * factor;
#endif
  }
}

// The adjoint: lines[i, x, c] = factor times the sum over j of patch[i, j, c] fx[j, x].
INLINE void spread_columns(const float* fx, __global const float* patch, int rows,
                           float factor, float* lines) {
#if CHANNELS == 1
  for (int i = 0; i < rows; i++) {
    FOR_VECTORS(x, WIDTH) {
      vec sum = (vec)(0.0f);
      for (int j = 0; j < SIZE; j++) {
        sum = fma(load_scratch(fx + j * SPAN + x), (vec)(patch[i * SIZE + j]), sum);
      }
      store_scratch(sum * factor, lines + i * PITCH + x);
    }
  }
#else
  FOR(e, rows * LINE) {
    const int c = e % CHANNELS, x = e / CHANNELS % WIDTH, i = e / LINE;
    float sum = 0.0f;
    for (int j = 0; j < SIZE; j++) sum += fx[j * SPAN + x] * patch[(i * SIZE + j) * CHANNELS + c];
    lines[i * PITCH + x * CHANNELS + c] = sum * factor;
  }
#endif
}

// The gradient by fx of what contract_columns and spread_columns compute:
// d_fx[j, x] = factor times the sum over i and c of patch[i, j, c] lines[i, x, c].
INLINE void column_gradient(__global const float* patch, const float* lines,
                            int rows, float factor, float* d_fx) {
#if CHANNELS == 1
  for (int j = 0; j < SIZE; j++) {
    FOR_VECTORS(x, WIDTH) {
      vec sum = (vec)(0.0f);
      for (int i = 0; i < rows; i++) {
        sum = fma(load_scratch(lines + i * PITCH + x), (vec)(patch[i * SIZE + j]), sum);
      }
      store_scratch(sum * factor, d_fx + j * SPAN + x);
    }
  }
#else
  FOR(e, SIZE * WIDTH) {
    const int x = e % WIDTH, j = e / WIDTH;
    float sum = 0.0f;
    for (int i = 0; i < rows; i++) {
      for (int c = 0; c < CHANNELS; c++) {
        sum += patch[(i * SIZE + j) * CHANNELS + c] * lines[i * PITCH + x * CHANNELS + c];
      }
    }
    d_fx[j * SPAN + x] = sum * factor;
  }
#endif
}

// From the gradient by a filterbank those by each filter's centre (terms[i]) and by the logarithm of
// the variance (terms[SIZE + i]), and the share of the intensity (terms[2 SIZE + i]): the sum of
// filter times gradient. A filter's changes sum to zero, so that distances may be taken relative to
// that of the nearest pixel: those of a window far off would cancel, and leave their rounding errors.
INLINE void filter_gradient(const float* bank, const float* d_bank,
                            Filters f, int length, int pitch, float* terms) {
  FOR(i, SIZE) {
    const float centre = filter_centre(f, i);
    const float nearest = nearest_pixel(centre, length);
    vec mean = (vec)(0.0f);
    for (int a = 0; a < length; a += VECTOR) {
      mean += keep_vec(load_scratch(bank + i * pitch + a) * load_scratch(d_bank + i * pitch + a),
                       length - a);
    }
    const float share = sum_vec(mean);
    vec by_centre = (vec)(0.0f), by_variance = (vec)(0.0f);
    for (int a = 0; a < length; a += VECTOR) {
      const vec from_mean = load_scratch(d_bank + i * pitch + a) - share;
      const vec d =
          keep_vec(load_scratch(bank + i * pitch + a) * from_mean, length - a) * f.precision;
      const vec x = POSITIONS + (float)a;
      by_centre += d * (x - nearest);
      by_variance += d * (x - nearest) * (x + nearest - 2.0f * centre);
    }
    terms[i] = sum_vec(by_centre);
    terms[SIZE + i] = 0.5f * sum_vec(by_variance);
    terms[2 * SIZE + i] = share;
  }
}

// The gradient by the five numbers, from the terms of both filterbanks; `sign` is that of the
// intensity's exponent.
INLINE void window_gradient(const float* of_x, const float* of_y,
                            float stride, float sign, __global float* d_window) {
  float gx = 0.0f, gy = 0.0f, variance = 0.0f, apart = 0.0f, intensity = 0.0f;
  for (int i = 0; i < SIZE; i++) {
    gx += of_x[i];
    gy += of_y[i];
    apart += place(i) * (of_x[i] + of_y[i]);
    variance += of_x[SIZE + i] + of_y[SIZE + i];
    intensity += of_x[2 * SIZE + i];
  }
  d_window[0] = gx * 0.5f * (float)(WIDTH + 1);
  d_window[1] = gy * 0.5f * (float)(HEIGHT + 1);
  d_window[2] = variance;
  d_window[3] = apart * stride;
  d_window[4] = intensity * sign;
}

__kernel ITEM void attention_read(MATRIX(image),
#if ERROR_IMAGE
                                  MATRIX(canvas),
#endif
                                  MATRIX(window), RESULT(patch)) {
  float fx[SIZE * SPAN], fy[SIZE * RISE], lines[IMAGES * SIZE * PITCH];
  PLACE_FILTERS(ROW(window))
#if ERROR_IMAGE
  contract_both(fy, ROW(image), ROW(canvas), lines, 0);
#else
  contract_rows(fy, ROW(image), lines);
#endif
  contract_columns(fx, lines, IMAGES * SIZE, intensity, ROW(patch));
}

__kernel ITEM void attention_read_gradient(MATRIX(image),
#if ERROR_IMAGE
                                           MATRIX(canvas),
#endif
                                           MATRIX(window), MATRIX(d_patch),
#if IMAGE_GRADIENT
                                           RESULT(d_image),
#endif
#if CANVAS_GRADIENT
                                           RESULT(d_canvas),
#endif
                                           RESULT(d_window)) {
  float fx[SIZE * SPAN], fy[SIZE * RISE], lines[IMAGES * SIZE * PITCH];
  float d_fx[SIZE * SPAN], d_fy[SIZE * RISE], terms_x[3 * SIZE], terms_y[3 * SIZE];
#if ERROR_IMAGE && KEEPS_SHOWN
  float shown_pixels[HEIGHT * PITCH];
#endif
  PLACE_FILTERS(ROW(window))
#if ERROR_IMAGE && KEEPS_SHOWN
  contract_both(fy, ROW(image), ROW(canvas), lines, shown_pixels);
#elif ERROR_IMAGE
  contract_both(fy, ROW(image), ROW(canvas), lines, 0);
#else
  contract_rows(fy, ROW(image), lines);
#endif
  column_gradient(ROW(d_patch), lines, IMAGES * SIZE, intensity, d_fx);
  spread_columns(fx, ROW(d_patch), IMAGES * SIZE, intensity, lines);
  FOR(y, HEIGHT) {
    vec sums[SIZE];
    for (int i = 0; i < SIZE; i++) sums[i] = (vec)(0.0f);
    for (int x = 0; x < LINE; x += VECTOR) {
      const int inside = LINE - x;
      const vec pixels = keep_vec(load_vec(ROW(image) + y * LINE + x, COUNT(x, y)), inside);
      vec by_image = (vec)(0.0f);
      for (int i = 0; i < SIZE; i++) {
        const vec line = load_scratch(lines + i * PITCH + x);
        sums[i] = fma(line, pixels, sums[i]);
        by_image = fma(line, (vec)(fy[i * RISE + y]), by_image);
      }
#if ERROR_IMAGE
#if KEEPS_SHOWN
      const vec shown = vload8(0, shown_pixels + y * PITCH + x);
#else
      const vec shown = f_sigmoid(load_vec(ROW(canvas) + y * LINE + x, COUNT(x, y)));
#endif
      const vec errors = keep_vec(pixels - shown, inside);
      vec by_error = (vec)(0.0f);
      for (int i = 0; i < SIZE; i++) {
        const vec line = load_scratch(lines + (SIZE + i) * PITCH + x);
        sums[i] = fma(line, errors, sums[i]);
        by_error = fma(line, (vec)(fy[i * RISE + y]), by_error);
      }
      by_image += by_error;
#if CANVAS_GRADIENT
      store_vec(-f_sigmoid_gradient(shown, by_error), ROW(d_canvas) + y * LINE + x, COUNT(x, y));
#endif
#endif
#if IMAGE_GRADIENT
      store_vec(by_image, ROW(d_image) + y * LINE + x, COUNT(x, y));
#endif
    }
    for (int i = 0; i < SIZE; i++) d_fy[i * RISE + y] = sum_vec(sums[i]);
  }
  filter_gradient(fx, d_fx, across, WIDTH, SPAN, terms_x);
  filter_gradient(fy, d_fy, down, HEIGHT, RISE, terms_y);
  window_gradient(terms_x, terms_y, across.stride, 1.0f, ROW(d_window));
}

__kernel ITEM void attention_write(MATRIX(canvas), MATRIX(patch), MATRIX(window),
                                   RESULT(new_canvas)) {
  float fx[SIZE * SPAN], fy[SIZE * RISE], lines[SIZE * PITCH];
  PLACE_FILTERS(ROW(window))
  spread_columns(fx, ROW(patch), SIZE, SIGN / intensity, lines);
  for (int y = 0; y < HEIGHT; y++) {
    FOR_VECTORS(x, LINE) {
      vec sum = load_vec(ROW(canvas) + y * LINE + x, COUNT(x, y));
      for (int i = 0; i < SIZE; i++) {
        sum = fma(load_scratch(lines + i * PITCH + x), (vec)(fy[i * RISE + y]), sum);
      }
      store_vec(sum, ROW(new_canvas) + y * LINE + x, COUNT(x, y));
    }
  }
}

__kernel ITEM void attention_write_gradient(MATRIX(patch), MATRIX(window), MATRIX(d_canvas),
                                            RESULT(d_patch), RESULT(d_window)) {
  float fx[SIZE * SPAN], fy[SIZE * RISE], lines[SIZE * PITCH];
  float d_fx[SIZE * SPAN], d_fy[SIZE * RISE], terms_x[3 * SIZE], terms_y[3 * SIZE];
  PLACE_FILTERS(ROW(window))
  const float factor = 1.0f / intensity;
  contract_rows(fy, ROW(d_canvas), lines);
  contract_columns(fx, lines, SIZE, factor, ROW(d_patch));
  column_gradient(ROW(patch), lines, SIZE, factor, d_fx);
  spread_columns(fx, ROW(patch), SIZE, factor, lines);
  FOR(y, HEIGHT) {
    vec sums[SIZE];
    for (int i = 0; i < SIZE; i++) sums[i] = (vec)(0.0f);
    for (int x = 0; x < LINE; x += VECTOR) {
      const vec d = keep_vec(load_vec(ROW(d_canvas) + y * LINE + x, COUNT(x, y)), LINE - x);
      for (int i = 0; i < SIZE; i++) {
        sums[i] = fma(d, load_scratch(lines + i * PITCH + x), sums[i]);
      }
    }
    for (int i = 0; i < SIZE; i++) d_fy[i * RISE + y] = sum_vec(sums[i]);
  }
  filter_gradient(fx, d_fx, across, WIDTH, SPAN, terms_x);
  filter_gradient(fy, d_fy, down, HEIGHT, RISE, terms_y);
  window_gradient(terms_x, terms_y, across.stride, -1.0f, ROW(d_window));
}
