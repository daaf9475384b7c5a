// What a compiled program and the driver that runs it know of each other: language.h is one side,
// grid.c the other.
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct place {
  unsigned x, y, z;
};

// Where the thread that runs now is; a program exports one as `here`, which the driver sets.
struct here {
  struct place thread, block, block_size, grid_size;
  void (*barrier)(void);
};

// A kernel k; a program exports one of these as `k_entry`.
struct kernel {
  void (*run)(void **arguments);
  const size_t *sizes;  // of the parameters, ending in 0
  unsigned most_threads;  // its launch bound
};

// The shared memory of a program; exported as `shared`.
struct shared {
  char *start, *end;
};

// Runs a kernel for every thread of the grid, whose size is in `here`.
// Returns what is wrong with it, or NULL.
const char *run_grid(const struct kernel *kernel, void **arguments, struct here *here,
                     const struct shared *shared);

#ifdef __cplusplus
}
#endif
