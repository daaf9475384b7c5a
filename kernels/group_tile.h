// The tile of a GPU: a work-group of 16 x 16 items multiplies TILE_M rows of A by TILE_N columns of
// B, each 32, 64 or 128. Both pass through local memory, TILE_K steps of k at a time, in two buffers:
// while one is multiplied, the next steps are on their way to registers and then to the other
// buffer, so that there is one barrier per TILE_K steps.
//
// An item keeps ITEM_M x ITEM_N results in registers. Per step it loads its part of a column of A and
// of a row of B, in fours: for 8 x 8 results four loads of 16 bytes and 64 multiply-adds. Of 32
// neighbours, 4 stand below each other and 8 side by side, so that eight of them load 128 bytes of B in
// a row and one four of A: no two want different words of one bank.
//
// Every element is summed in the order of k and of nothing else (no zeros of a last, partial block,
// which might turn -0 into 0), so results do not depend on the tile.
//
// Whoever includes this defines, of A (and the same of B, whose lines are columns):
//   A_ALONG_K        whether neighbours in memory are neighbours along k, else along rows
//   A_PLACE          the type of what is known of an element by its row alone, or by its step alone
//   A_LINE(p, row)   sets p to the former, once
//   A_STEP(p, k)     sets p to the latter, once per block
//   A_ELEMENT(l, s)  the element at both
// and RESULT(row, column, value), what becomes of a result; in scope are `item`, `first_row` and
// `first_column` of the tile.

#ifndef TILE_M
#define TILE_M 64
#endif
#ifndef TILE_N
#define TILE_N 64
#endif

#define SIDE 16
#define ITEMS (SIDE * SIDE)
#define ITEM_M (TILE_M / SIDE)
#define ITEM_N (TILE_N / SIDE)
// A multiple of 8; with this one an item fetches four elements of the longer operand per block.
#ifndef TILE_K
#define TILE_K (4 * ITEMS / (TILE_M > TILE_N ? TILE_M : TILE_N))
#endif
// Between two steps in local memory. The padding keeps fours aligned, and writes along k, 8 steps of
// 4 lines at once, free of bank conflicts.
#define PITCH_A (TILE_M + 4)
#define PITCH_B (TILE_N + 4)
#define BUFFER (TILE_K * (PITCH_A + PITCH_B))

// 32 lines by 8 steps are fetched at once: along k, eight neighbours take 32 bytes of a line.
#define FETCHED_LINE(along_k) ((along_k) ? item / 8 : item % 32)
#define FETCHED_STEP(along_k) ((along_k) ? item % 8 : item / 32)
#define LINES_A (TILE_M / 32)
#define LINES_B (TILE_N / 32)
#define FETCHES (TILE_K / 8)

// Where an item's results are, of 16 x 16 places in the tile.
#define PLACE_M (item / 64 * 4 + item % 32 / 8)
#define PLACE_N (item / 32 % 2 * 8 + item % 8)
// The row of the tile that is row i of the items at `place`.
#define ROW_OF(place, i) \
  (ITEM_M < 4 ? (place) * ITEM_M + (i) : (place) * 4 + (i) % 4 + (i) / 4 * (4 * SIDE))

INLINE void load_four(LOCAL_POINTER const float* step, const int place, float* part) {
  const float4 four = ((LOCAL_POINTER const float4*)step)[place];
  part[0] = four.x;
  part[1] = four.y;
  part[2] = four.z;
  part[3] = four.w;
}

// An item's part of one step, `count` floats: two, four, or two fours that are SIDE fours apart.
INLINE void load_part(LOCAL_POINTER const float* step, const int place, const int count,
                      float* part) {
  if (count == 2) {
    const float2 two = ((LOCAL_POINTER const float2*)step)[place];
    part[0] = two.x;
    part[1] = two.y;
  }
  if (count >= 4) load_four(step, place, part);
  if (count == 8) load_four(step, place + SIDE, part + 4);
}

INLINE void multiply_step(LOCAL_POINTER const float* a_step, LOCAL_POINTER const float* b_step,
                          const int place_m, const int place_n, float sum[ITEM_M][ITEM_N]) {
  float a_part[ITEM_M], b_part[ITEM_N];
  load_part(a_step, place_m, ITEM_M, a_part);
  load_part(b_step, place_n, ITEM_N, b_part);
#pragma unroll
  for (int i = 0; i < ITEM_M; i++) {
#pragma unroll
    for (int j = 0; j < ITEM_N; j++) sum[i][j] = fma(a_part[i], b_part[j], sum[i][j]);
  }
}

// The first row of an item's results, to local memory; the others move up. (A row chosen by number
// would be an index into registers, which they do not have.)
INLINE void keep_row(float sum[ITEM_M][ITEM_N], LOCAL_POINTER float* row, const int place_n) {
#pragma unroll
  for (int j = 0; j < ITEM_N; j++) {
    row[ITEM_N < 4 ? place_n * ITEM_N + j : place_n * 4 + j % 4 + j / 4 * (4 * SIDE)] = sum[0][j];
#pragma unroll
    for (int i = 1; i < ITEM_M; i++) sum[i - 1][j] = sum[i][j];
  }
}

// The next steps of either operand, from `begin` on, to registers.
#define FETCH_OPERAND(X, begin, end)                                           \
  _Pragma("unroll") for (int f = 0; f < FETCHES; f++) {                        \
    const int k_fetched = (begin) + FETCHED_STEP(X##_ALONG_K) + 8 * f;         \
    if (k_fetched < (end)) {                                                   \
      X##_PLACE step;                                                          \
      X##_STEP(step, k_fetched);                                               \
      _Pragma("unroll") for (int l = 0; l < LINES_##X; l++) {                  \
        X##_fetched[f][l] = X##_ELEMENT(X##_lines[l], step);                   \
      }                                                                        \
    }                                                                          \
  }
// From there to a buffer of local memory.
#define KEEP_OPERAND(X, buffer)                                                                \
  _Pragma("unroll") for (int f = 0; f < FETCHES; f++) {                                        \
    _Pragma("unroll") for (int l = 0; l < LINES_##X; l++) {                                    \
      (buffer)[(FETCHED_STEP(X##_ALONG_K) + 8 * f) * PITCH_##X + FETCHED_LINE(X##_ALONG_K) +   \
               32 * l] = X##_fetched[f][l];                                                    \
    }                                                                                          \
  }
// A line beyond the last is fetched as the last one; what comes of it is not stored.
#define OPERAND(X, first_line, lines)                                                        \
  X##_PLACE X##_lines[LINES_##X];                                                            \
  float X##_fetched[FETCHES][LINES_##X];                                                     \
  for (int l = 0; l < LINES_##X; l++) {                                                      \
    const int line = (first_line) + FETCHED_LINE(X##_ALONG_K) + 32 * l;                      \
    X##_LINE(X##_lines[l], max(0, min(line, (lines) - 1)));                                  \
    for (int f = 0; f < FETCHES; f++) X##_fetched[f][l] = 0.0f;                              \
  }

// The product over the steps [begin, end) of m rows and n columns, of which this is one tile.
#define GROUP_PRODUCT(m, n, begin, end)                                                        \
  __local float4 local_fours[2 * BUFFER / 4];                                                  \
  LOCAL_POINTER float* buffer = (LOCAL_POINTER float*)local_fours;                             \
  OPERAND(A, first_row, m)                                                                     \
  OPERAND(B, first_column, n)                                                                  \
  float sum[ITEM_M][ITEM_N];                                                                   \
  for (int i = 0; i < ITEM_M; i++) {                                                           \
    for (int j = 0; j < ITEM_N; j++) sum[i][j] = 0.0f;                                         \
  }                                                                                            \
  int at = 0, k_first = (begin);                                                               \
  FETCH_OPERAND(A, k_first, end)                                                               \
  FETCH_OPERAND(B, k_first, end)                                                               \
  KEEP_OPERAND(A, buffer)                                                                      \
  KEEP_OPERAND(B, buffer + TILE_K * PITCH_A)                                                   \
  barrier(CLK_LOCAL_MEM_FENCE);                                                                \
  for (; k_first + TILE_K <= (end); k_first += TILE_K) {                                       \
    FETCH_OPERAND(A, k_first + TILE_K, end)                                                    \
    FETCH_OPERAND(B, k_first + TILE_K, end)                                                    \
    LOCAL_POINTER const float* a_steps = buffer + at;                                          \
    LOCAL_POINTER const float* b_steps = a_steps + TILE_K * PITCH_A;                           \
    _Pragma("unroll 8") for (int p = 0; p < TILE_K; p++) {                                     \
      multiply_step(a_steps + p * PITCH_A, b_steps + p * PITCH_B, PLACE_M, PLACE_N, sum);      \
    }                                                                                          \
    at = BUFFER - at;                                                                          \
    KEEP_OPERAND(A, buffer + at)                                                               \
    KEEP_OPERAND(B, buffer + at + TILE_K * PITCH_A)                                            \
    barrier(CLK_LOCAL_MEM_FENCE);                                                              \
  }                                                                                            \
  LOCAL_POINTER const float* a_rest = buffer + at;                                             \
  LOCAL_POINTER const float* b_rest = a_rest + TILE_K * PITCH_A;                               \
  _Pragma("unroll 1") for (int p = 0; p < (end) - k_first; p++) {                              \
    multiply_step(a_rest + p * PITCH_A, b_rest + p * PITCH_B, PLACE_M, PLACE_N, sum);          \
  }

// Each item's results, row by row through local memory to RESULT: neighbours there have neighbouring
// columns, and what RESULT does is compiled once.
#define FINISH_GROUP(m, n)                                                                     \
  barrier(CLK_LOCAL_MEM_FENCE);                                                                \
  _Pragma("unroll 1") for (int i = 0; i < ITEM_M; i++) {                                       \
    keep_row(sum, buffer + PLACE_M * TILE_N, PLACE_N);                                         \
    barrier(CLK_LOCAL_MEM_FENCE);                                                              \
    _Pragma("unroll 1") for (int e = item; e < SIDE * TILE_N; e += ITEMS) {                    \
      const int result_row = first_row + ROW_OF(e / TILE_N, i);                                \
      const int result_column = first_column + e % TILE_N;                                     \
      if (result_row < (m) && result_column < (n)) {                                           \
        RESULT(result_row, result_column, buffer[e])                                           \
      }                                                                                        \
    }                                                                                          \
    barrier(CLK_LOCAL_MEM_FENCE);                                                              \
  }
