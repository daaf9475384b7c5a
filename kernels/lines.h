// For kernels that compute images [batch, height, width, channels] line by line. On a CPU a work-item
// computes a line (id 1: batch x height), in vectors of channels; on a GPU one element of it (id 0:
// column and channel).

#ifdef CPU
#define ITEM WORK_GROUP(1, 1)
#define FOR_ELEMENTS(size)             \
  for (int column = 0; column < (size); column++) \
    for (int c = 0; c < channels; c += VECTOR)
#else
#define ITEM WORK_GROUP(64, 1)
#define FOR_ELEMENTS(size)                                                                 \
  for (int e = get_global_id(0), column = e / channels, c = e % channels; column < (size); \
       e += get_global_size(0), column = e / channels, c = e % channels)
#endif
