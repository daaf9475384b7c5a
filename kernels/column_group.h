// A GPU's work-group for sums over the rows of a matrix: GROUP_COLUMNS x GROUP_ROWS items, an item a
// column of a block of rows (id 1), of which it takes every GROUP_ROWS-th. Narrow matrices have
// narrow groups, so that neighbouring items still read neighbouring floats.

#ifndef GROUP_COLUMNS
#define GROUP_COLUMNS 32
#endif
#define COLUMN_GROUP 256
#define GROUP_ROWS (COLUMN_GROUP / GROUP_COLUMNS)
#define COLUMN_GROUP_SIZE WORK_GROUP(GROUP_COLUMNS, GROUP_ROWS)

// Loads that an item has under way at a time, each with a sum of its own.
#define IN_FLIGHT 8

// The sum over the group's rows, in a fixed order; known to the items of its first row.
INLINE float rows_sum(LOCAL_POINTER float* partial, float value) {
  const int item = get_local_id(1) * GROUP_COLUMNS + get_local_id(0);
  partial[item] = value;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_rows = GROUP_ROWS / 2; half_rows > 0; half_rows /= 2) {
    if (get_local_id(1) < half_rows) partial[item] += partial[item + half_rows * GROUP_COLUMNS];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float sum = partial[item];
  barrier(CLK_LOCAL_MEM_FENCE);
  return sum;
}

INLINE float sum_of_sums(const float* sums) {
  float sum = 0.0f;
  for (int i = 0; i < IN_FLIGHT; i++) sum += sums[i];
  return sum;
}
