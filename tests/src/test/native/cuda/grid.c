// A GPU of one thread at a time. The threads of a block are coroutines: each runs until it comes to a
// barrier or to its end, then the next one does. From one barrier to the next they come forwards or
// backwards, by chance, and shared memory is NaN at first, so that a kernel that lacks a barrier, or
// reads what nobody wrote, gives wrong results.
#define _GNU_SOURCE
#include "grid.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { MOST_THREADS = 1024, STACK = 256 << 10 };
enum state { IDLE, AT_BARRIER, FINISHED };

struct coroutine {
  jmp_buf at;
  enum state state;
  char *stack;
};

static struct coroutine coroutines[MOST_THREADS];
static struct coroutine *running;
static jmp_buf scheduler;
static ucontext_t starter;

static const struct kernel *kernel;
static void **arguments;
static struct here *here;
static unsigned threads, waiting;  // of the block

static void leave(enum state state) {
  struct coroutine *self = running;
  self->state = state;
  if (!_setjmp(self->at)) _longjmp(scheduler, 1);
}

static void barrier(void) { leave(AT_BARRIER); }

static unsigned this_thread(void) { return here->thread.y * here->block_size.x + here->thread.x; }

static void be_thread(unsigned thread) {
  here->thread.x = thread % here->block_size.x;
  here->thread.y = thread / here->block_size.x;
}

// Threads that meet no barrier need no coroutines of their own.
static void coroutine_main(void) {
  struct coroutine *self = running;
  if (!_setjmp(self->at)) setcontext(&starter);
  for (;;) {
    kernel->run(arguments);
    if (!waiting && this_thread() + 1 < threads) {
      be_thread(this_thread() + 1);
    } else {
      leave(FINISHED);
    }
  }
}

// Makes a coroutine that waits for its first thread.
static int start(struct coroutine *coroutine) {
  coroutine->stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (coroutine->stack == MAP_FAILED) return 0;
  mprotect(coroutine->stack, 4096, PROT_NONE);  // An overflow shall be seen.
  ucontext_t first;
  getcontext(&first);
  first.uc_stack.ss_sp = coroutine->stack;
  first.uc_stack.ss_size = STACK;
  first.uc_link = NULL;
  makecontext(&first, coroutine_main, 0);
  running = coroutine;
  swapcontext(&starter, &first);
  return 1;
}

static void resume(struct coroutine *coroutine) {
  running = coroutine;
  if (!_setjmp(scheduler)) _longjmp(coroutine->at, 1);
}

static const char *run_block(void) {
  static const char divergent[] = "a barrier that some threads do not meet";
  waiting = 0;
  for (unsigned thread = 0; thread < threads; thread = this_thread() + 1) {
    struct coroutine *next = &coroutines[waiting];
    if (!next->stack && !start(next)) return "no memory for threads";
    be_thread(thread);
    resume(next);
    if (next->state == AT_BARRIER) waiting++;
    if (waiting && waiting != this_thread() + 1) return divergent;
  }
  while (waiting) {
    static unsigned random = 1;
    random = random * 1664525 + 1013904223;
    const int backwards = random >> 31;
    unsigned finished = 0;
    for (unsigned i = 0; i < threads; i++) {
      const unsigned thread = backwards ? threads - 1 - i : i;
      be_thread(thread);
      resume(&coroutines[thread]);
      finished += coroutines[thread].state == FINISHED;
    }
    if (finished && finished != threads) return divergent;
    if (finished) waiting = 0;
  }
  return NULL;
}

const char *run_grid(const struct kernel *wanted, void **values, struct here *place,
                     const struct shared *shared) {
  kernel = wanted;
  arguments = values;
  here = place;
  here->barrier = barrier;
  here->thread.z = here->block.z = 0;
  threads = here->block_size.x * here->block_size.y;
  for (here->block.y = 0; here->block.y < here->grid_size.y; here->block.y++) {
    for (here->block.x = 0; here->block.x < here->grid_size.x; here->block.x++) {
      memset(shared->start, 0xff, shared->end - shared->start);
      const char *error = run_block();
      if (error) return error;
    }
  }
  return NULL;
}
