// Reductions over a one-dimensional work-group of GROUP items, a power of two. Each result is known
// to all items, and is summed in a fixed order.

INLINE float group_sum(LOCAL_POINTER float* partial, float value) {
  const int item = get_local_id(0);
  partial[item] = value;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int width = GROUP / 2; width > 0; width /= 2) {
    if (item < width) partial[item] += partial[item + width];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float total = partial[0];
  barrier(CLK_LOCAL_MEM_FENCE);
  return total;
}

INLINE float group_max(LOCAL_POINTER float* partial, float value) {
  const int item = get_local_id(0);
  partial[item] = value;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int width = GROUP / 2; width > 0; width /= 2) {
    if (item < width) partial[item] = max(partial[item], partial[item + width]);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float largest = partial[0];
  barrier(CLK_LOCAL_MEM_FENCE);
  return largest;
}
