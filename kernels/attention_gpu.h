// The kernels of attention.cl for a GPU: a work-group takes an image. Every loop is over the elements of
// one result, so that all items have some; what they read more than once is in local memory, images too
// if STAGED. How much that takes is counted in ops/AttentionWindow.

#define GROUP 256
#define ITEM WORK_GROUP(GROUP, 1)
#define FOR_ITEMS(i, n) for (int i = get_local_id(0); i < (n); i += GROUP)
#define SYNCHRONISE barrier(CLK_LOCAL_MEM_FENCE);

// Rows of odd length in local memory: items that read one column read from different banks.
#define SPAN (WIDTH | 1)
#define RISE (HEIGHT | 1)
#define PITCH (LINE | 1)

// Filters.

// Equation 25 before it is normalised: of all filters across, then of those down.
INLINE void filter_values(Filters across, Filters down, LOCAL_POINTER float* values) {
  FOR_ITEMS(e, SIZE * (WIDTH + HEIGHT)) {
    const int is_across = e < SIZE * WIDTH;
    const int in_down = e - SIZE * WIDTH;
    const Filters f = is_across ? across : down;
    const int length = is_across ? WIDTH : HEIGHT;
    const float centre = filter_centre(f, is_across ? e / WIDTH : in_down / HEIGHT);
    const float nearest = nearest_pixel(centre, length);
    const float x = (float)(1 + (is_across ? e % WIDTH : in_down % HEIGHT));
    // (x - centre)^2 - (nearest - centre)^2
    const float further = (x - nearest) * (x + nearest - 2.0f * centre);
    values[e] = f_exp(further * (-0.5f * f.precision));
  }
}

// Equation 26. Each item sums its filter by itself.
INLINE void normalise(LOCAL_POINTER const float* values, int length, int pitch,
                      LOCAL_POINTER float* bank) {
  FOR_ITEMS(e, SIZE * length) {
    const int i = e / length;
    float sum = 0.0f;
    for (int a = 0; a < length; a++) sum += values[i * length + a];
    bank[i * pitch + e % length] = values[e] * (1.0f / sum);
  }
}

#define PLACE_FILTERS(window)                        \
  const Filters across = filters(window, 0, WIDTH);  \
  const Filters down = filters(window, 1, HEIGHT);   \
  const float intensity = exp_of((window)[4]);       \
  filter_values(across, down, values);
#define NORMALISE_FILTERS                            \
  normalise(values, WIDTH, SPAN, fx);                \
  normalise(values + SIZE * WIDTH, HEIGHT, RISE, fy);

// Images.

INLINE void stage_patch(__global const float* patch, int size, LOCAL_POINTER float* staged) {
  FOR_ITEMS(e, size) staged[e] = patch[e];
}

#if STAGED

#define PER_ITEM ((HEIGHT * LINE + GROUP - 1) / GROUP)
#define PIXELS_PARAMETER LOCAL_POINTER const float* pixels
#define PIXELS_ARGUMENT pixels
#define PIXELS(image, canvas) pixels
#define DECLARE_PIXELS __local float pixels[IMAGES * HEIGHT * PITCH];
#define STAGE_IMAGE(image) stage_image(image, pixels);
#define STAGE_IMAGES(image, canvas) stage_images(image, canvas, pixels);

INLINE float pixel(PIXELS_PARAMETER, int k, int y, int x) {
  return pixels[(k * HEIGHT + y) * PITCH + x];
}

// All loads are under way before the first is used.
INLINE void load_image(__global const float* image, float* mine) {
  for (int j = 0; j < PER_ITEM; j++) {
    const int e = get_local_id(0) + j * GROUP;
    mine[j] = e < HEIGHT * LINE ? image[e] : 0.0f;
  }
}

INLINE void store_image(const float* mine, LOCAL_POINTER float* pixels) {
  for (int j = 0; j < PER_ITEM; j++) {
    const int e = get_local_id(0) + j * GROUP;
    if (e < HEIGHT * LINE) pixels[e / LINE * PITCH + e % LINE] = mine[j];
  }
}

INLINE void stage_image(__global const float* image, LOCAL_POINTER float* pixels) {
  float mine[PER_ITEM];
  load_image(image, mine);
  store_image(mine, pixels);
}

#if ERROR_IMAGE
INLINE void stage_images(__global const float* image, __global const float* canvas,
                         LOCAL_POINTER float* pixels) {
  float mine[PER_ITEM], drawn[PER_ITEM];
  load_image(image, mine);
  load_image(canvas, drawn);
  store_image(mine, pixels);
  for (int j = 0; j < PER_ITEM; j++) mine[j] -= f_sigmoid(drawn[j]);
  store_image(mine, pixels + HEIGHT * PITCH);
}
#endif

#else

#define PIXELS_PARAMETER __global const float *image, __global const float *canvas
#define PIXELS_ARGUMENT image, canvas
#define PIXELS(image, canvas) image, canvas
#define DECLARE_PIXELS
#define STAGE_IMAGE(image)
#define STAGE_IMAGES(image, canvas)

INLINE float pixel(PIXELS_PARAMETER, int k, int y, int x) {
  const float value = image[y * LINE + x];
  return k == 0 ? value : value - f_sigmoid(canvas[y * LINE + x]);
}

#endif

// Products. A row of lines is that of a filter down: SIZE rows for an image, and SIZE for its error
// image.

// lines[i, x] = sum over y of fy[i, y] image[y, x].
INLINE void contract_rows(LOCAL_POINTER const float* fy, PIXELS_PARAMETER, int images,
                          LOCAL_POINTER float* lines) {
  FOR_ITEMS(e, images * SIZE * LINE) {
    const int row = e / LINE, x = e % LINE;
    const int k = row / SIZE, i = row % SIZE;
    float sum = 0.0f;
    for (int y = 0; y < HEIGHT; y++) {
      sum = fma(pixel(PIXELS_ARGUMENT, k, y, x), fy[i * RISE + y], sum);
    }
    lines[row * PITCH + x] = sum;
  }
}

// patch[i, j, c] = factor times the sum over x of lines[i, x, c] fx[j, x].
INLINE void contract_columns(LOCAL_POINTER const float* fx, LOCAL_POINTER const float* lines, int rows,
                             float factor, __global float* patch) {
  FOR_ITEMS(e, rows * SIZE * CHANNELS) {
    const int c = e % CHANNELS, j = e / CHANNELS % SIZE, i = e / CHANNELS / SIZE;
    float sum = 0.0f;
    for (int x = 0; x < WIDTH; x++) {
      sum = fma(lines[i * PITCH + x * CHANNELS + c], fx[j * SPAN + x], sum);
    }
    patch[e] = sum * factor;
  }
}

// The adjoint: lines[i, x, c] = factor times the sum over j of patch[i, j, c] fx[j, x].
INLINE void spread_columns(LOCAL_POINTER const float* fx, LOCAL_POINTER const float* patch, int rows,
                           float factor, LOCAL_POINTER float* lines) {
  FOR_ITEMS(e, rows * LINE) {
    const int c = e % CHANNELS, x = e / CHANNELS % WIDTH, i = e / LINE;
    float sum = 0.0f;
    for (int j = 0; j < SIZE; j++) {
      sum = fma(fx[j * SPAN + x], patch[(i * SIZE + j) * CHANNELS + c], sum);
    }
    lines[i * PITCH + x * CHANNELS + c] = sum * factor;
  }
}

// The gradient by fx of both: d_fx[j, x] = factor times the sum over i and c of
// patch[i, j, c] lines[i, x, c].
INLINE void column_gradient(LOCAL_POINTER const float* patch, LOCAL_POINTER const float* lines,
                            int rows, float factor, LOCAL_POINTER float* d_fx) {
  FOR_ITEMS(e, SIZE * WIDTH) {
    const int x = e % WIDTH, j = e / WIDTH;
    float sum = 0.0f;
    for (int i = 0; i < rows; i++) {
      for (int c = 0; c < CHANNELS; c++) {
        sum = fma(patch[(i * SIZE + j) * CHANNELS + c], lines[i * PITCH + x * CHANNELS + c], sum);
      }
    }
    d_fx[j * SPAN + x] = sum * factor;
  }
}

// The gradient by fy of what contract_rows computes, from that by its lines: d_fy[i, y] = sum over x
// of lines[i, x] image[y, x], for the image and for its error image.
INLINE void row_gradient(LOCAL_POINTER const float* lines, PIXELS_PARAMETER, int images,
                         LOCAL_POINTER float* d_fy) {
  FOR_ITEMS(e, SIZE * HEIGHT) {
    const int y = e % HEIGHT, i = e / HEIGHT;
    float sum = 0.0f;
    for (int k = 0; k < images; k++) {
      for (int x = 0; x < LINE; x++) {
        sum = fma(lines[(k * SIZE + i) * PITCH + x], pixel(PIXELS_ARGUMENT, k, y, x), sum);
      }
    }
    d_fy[i * RISE + y] = sum;
  }
}

// What SIZE lines give at a pixel, spread over its column.
INLINE float spread_rows(LOCAL_POINTER const float* fy, LOCAL_POINTER const float* lines, int y,
                         int x, float start) {
  float sum = start;
  for (int i = 0; i < SIZE; i++) sum = fma(lines[i * PITCH + x], fy[i * RISE + y], sum);
  return sum;
}

// From the gradient by a filterbank those by each filter's centre (terms[i]) and by the logarithm of
// the variance (terms[SIZE + i]), and the share of the intensity (terms[2 SIZE + i]): the sum of
// filter times gradient. Distances are relative to the nearest pixel, as in attention_cpu.h.
INLINE void filter_gradient(LOCAL_POINTER const float* filter, LOCAL_POINTER const float* d_filter,
                            Filters f, int i, int length, LOCAL_POINTER float* terms) {
  const float centre = filter_centre(f, i);
  const float nearest = nearest_pixel(centre, length);
  float share = 0.0f;
  for (int a = 0; a < length; a++) share = fma(filter[a], d_filter[a], share);
  float by_centre = 0.0f, by_variance = 0.0f;
  for (int a = 0; a < length; a++) {
    const float x = (float)(a + 1);
    const float d = filter[a] * (d_filter[a] - share) * f.precision * (x - nearest);
    by_centre += d;
    by_variance = fma(d, x + nearest - 2.0f * centre, by_variance);
  }
  terms[i] = by_centre;
  terms[SIZE + i] = 0.5f * by_variance;
  terms[2 * SIZE + i] = share;
}

// The gradient by the five numbers, from those by both filterbanks; `sign` is that of the intensity's
// exponent.
INLINE void window_gradient(LOCAL_POINTER const float* fx, LOCAL_POINTER const float* d_fx,
                            LOCAL_POINTER const float* fy, LOCAL_POINTER const float* d_fy,
                            Filters across, Filters down, float sign, LOCAL_POINTER float* terms,
                            __global float* d_window) {
  LOCAL_POINTER float* of_x = terms;
  LOCAL_POINTER float* of_y = terms + 3 * SIZE;
  FOR_ITEMS(e, 2 * SIZE) {
    const int is_across = e < SIZE;
    const int i = is_across ? e : e - SIZE;
    filter_gradient(is_across ? fx + i * SPAN : fy + i * RISE,
                    is_across ? d_fx + i * SPAN : d_fy + i * RISE, is_across ? across : down, i,
                    is_across ? WIDTH : HEIGHT, is_across ? of_x : of_y);
  }
  SYNCHRONISE
  if (get_local_id(0) == 0) {
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
    d_window[3] = apart * across.stride;
    d_window[4] = intensity * sign;
  }
}

#define FILTERS __local float values[SIZE * (WIDTH + HEIGHT)], fx[SIZE * SPAN], fy[SIZE * RISE];
#define FILTER_GRADIENTS __local float d_fx[SIZE * SPAN], d_fy[SIZE * RISE], terms[6 * SIZE];

#if ERROR_IMAGE
#define READ_IMAGES STAGE_IMAGES(ROW(image), ROW(canvas))
#define READ_PIXELS PIXELS(ROW(image), ROW(canvas))
#else
#define READ_IMAGES STAGE_IMAGE(ROW(image))
#define READ_PIXELS PIXELS(ROW(image), 0)
#endif

__kernel ITEM void attention_read(MATRIX(image),
#if ERROR_IMAGE
                                  MATRIX(canvas),
#endif
                                  MATRIX(window), RESULT(patch)) {
  FILTERS
  DECLARE_PIXELS
  __local float lines[IMAGES * SIZE * PITCH];
  READ_IMAGES
  PLACE_FILTERS(ROW(window))
  SYNCHRONISE
  NORMALISE_FILTERS
  SYNCHRONISE
  contract_rows(fy, READ_PIXELS, IMAGES, lines);
  SYNCHRONISE
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
  FILTERS
  FILTER_GRADIENTS
  DECLARE_PIXELS
  __local float lines[IMAGES * SIZE * PITCH], d_patch[IMAGES * PATCH];
  READ_IMAGES
  stage_patch(ROW(d_patch), IMAGES * PATCH, d_patch);
  PLACE_FILTERS(ROW(window))
  SYNCHRONISE
  NORMALISE_FILTERS
  SYNCHRONISE
  contract_rows(fy, READ_PIXELS, IMAGES, lines);
  SYNCHRONISE
  column_gradient(d_patch, lines, IMAGES * SIZE, intensity, d_fx);
  SYNCHRONISE
  spread_columns(fx, d_patch, IMAGES * SIZE, intensity, lines);
  SYNCHRONISE
  row_gradient(lines, READ_PIXELS, IMAGES, d_fy);
#if IMAGE_GRADIENT || CANVAS_GRADIENT
  FOR_ITEMS(e, HEIGHT * LINE) {
    const int y = e / LINE, x = e % LINE;
#if ERROR_IMAGE
    const float by_error = spread_rows(fy, lines + SIZE * PITCH, y, x, 0.0f);
#else
    const float by_error = 0.0f;
#endif
#if ERROR_IMAGE && CANVAS_GRADIENT
    ROW(d_canvas)[e] = -f_sigmoid_gradient(f_sigmoid(ROW(canvas)[e]), by_error);
#endif
#if IMAGE_GRADIENT
    ROW(d_image)[e] = spread_rows(fy, lines, y, x, by_error);
#endif
  }
#endif
  SYNCHRONISE
  window_gradient(fx, d_fx, fy, d_fy, across, down, 1.0f, terms, ROW(d_window));
}

__kernel ITEM void attention_write(MATRIX(canvas), MATRIX(patch), MATRIX(window),
                                   RESULT(new_canvas)) {
  FILTERS
  DECLARE_PIXELS
  __local float lines[SIZE * PITCH], patch[PATCH];
  STAGE_IMAGE(ROW(canvas))
  stage_patch(ROW(patch), PATCH, patch);
  PLACE_FILTERS(ROW(window))
  SYNCHRONISE
  NORMALISE_FILTERS
  SYNCHRONISE
  spread_columns(fx, patch, SIZE, SIGN / intensity, lines);
  SYNCHRONISE
  FOR_ITEMS(e, HEIGHT * LINE) {
    const int y = e / LINE, x = e % LINE;
    ROW(new_canvas)[e] = spread_rows(fy, lines, y, x, pixel(PIXELS(ROW(canvas), 0), 0, y, x));
  }
}

__kernel ITEM void attention_write_gradient(MATRIX(patch), MATRIX(window), MATRIX(d_canvas),
                                            RESULT(d_patch), RESULT(d_window)) {
  FILTERS
  FILTER_GRADIENTS
  DECLARE_PIXELS
  __local float lines[SIZE * PITCH], patch[PATCH];
  STAGE_IMAGE(ROW(d_canvas))
  stage_patch(ROW(patch), PATCH, patch);
  PLACE_FILTERS(ROW(window))
  SYNCHRONISE
  NORMALISE_FILTERS
  const float factor = 1.0f / intensity;
  SYNCHRONISE
  contract_rows(fy, PIXELS(ROW(d_canvas), 0), 1, lines);
  SYNCHRONISE
  contract_columns(fx, lines, SIZE, factor, ROW(d_patch));
  column_gradient(patch, lines, SIZE, factor, d_fx);
  SYNCHRONISE
  spread_columns(fx, patch, SIZE, factor, lines);
  SYNCHRONISE
  row_gradient(lines, PIXELS(ROW(d_canvas), 0), 1, d_fy);
  SYNCHRONISE
  window_gradient(fx, d_fx, fy, d_fy, across, down, -1.0f, terms, ROW(d_window));
}
