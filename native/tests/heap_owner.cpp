// Tells how much of a process's heap one shared library holds: LD_PRELOAD=libheap_owner.so. An
// allocation belongs to the innermost library that asked for it, other than those of C and C++: so what
// OpenCL's driver keeps for a program is the driver's, whoever called it. For glibc.
#include <dlfcn.h>
#include <execinfo.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace {

constexpr const char* kOwner = "libglimpse.so";
constexpr std::size_t kBlocks = 1 << 20;  // a power of 2; more are not counted
constexpr std::size_t kFrames = 12;

struct Block {
  void* memory;  // null: never used; &removed: not in use any more
  std::size_t size;
};

// Zeros, of which the system gives pages when they are written. There is no allocating here.
Block blocks[kBlocks];
char removed;
std::mutex mutex;
std::size_t held = 0;
thread_local bool busy = false;

bool starts_with(const char* text, const char* start) {
  return std::strncmp(text, start, std::strlen(start)) == 0;
}

bool owner_asked() {
  std::array<void*, kFrames> frames;
  const int count = backtrace(frames.data(), static_cast<int>(frames.size()));
  for (int i = 1; i < count; ++i) {
    Dl_info place;
    if (dladdr(frames[static_cast<std::size_t>(i)], &place) == 0 || place.dli_fname == nullptr) {
      continue;
    }
    const char* slash = std::strrchr(place.dli_fname, '/');
    const char* library = slash == nullptr ? place.dli_fname : slash + 1;
    if (starts_with(library, "libheap_owner") || starts_with(library, "libstdc++") ||
        starts_with(library, "libc.so")) {
      continue;
    }
    return starts_with(library, kOwner);
  }
  return false;
}

std::size_t place_of(const void* memory) {
  return (reinterpret_cast<std::uintptr_t>(memory) >> 4) * 2654435761u % kBlocks;
}

void* note(void* memory, std::size_t size) {
  if (memory == nullptr || busy) {
    return memory;
  }
  busy = true;
  if (owner_asked()) {
    const std::lock_guard<std::mutex> lock(mutex);
    std::size_t at = place_of(memory);
    for (std::size_t tries = 0; tries < kBlocks; ++tries, at = (at + 1) % kBlocks) {
      if (blocks[at].memory == nullptr || blocks[at].memory == &removed) {
        blocks[at] = {memory, size};
        held += size;
        break;
      }
    }
  }
  busy = false;
  return memory;
}

void forget(void* memory) {
  if (memory == nullptr || busy) {
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex);
  for (std::size_t at = place_of(memory); blocks[at].memory != nullptr; at = (at + 1) % kBlocks) {
    if (blocks[at].memory == memory) {
      blocks[at].memory = &removed;
      held -= blocks[at].size;
      return;
    }
  }
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return note(__libc_malloc(size), size); }

void* calloc(std::size_t count, std::size_t size) {
  return note(__libc_calloc(count, size), count * size);
}

void* realloc(void* memory, std::size_t size) {
  forget(memory);
  return note(__libc_realloc(memory, size), size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return note(__libc_memalign(alignment, size), size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return aligned_alloc(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = aligned_alloc(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}

void free(void* memory) {
  forget(memory);
  __libc_free(memory);
}

// Bytes that the library holds now.
std::size_t heap_held() {
  const std::lock_guard<std::mutex> lock(mutex);
  return held;
}
}
