// What goes wrong inside the library: a status of glimpse.h, and a sentence for the caller.
#pragma once

#include <stdexcept>
#include <string>

#include "glimpse.h"

namespace glimpse::runtime {

class Error : public std::runtime_error {
 public:
  Error(int status, const std::string& message) : std::runtime_error(message), status_(status) {}

  int status() const { return status_; }

 private:
  int status_;
};

// For what glimpse.h does not allow to be NULL.
inline void require_pointer(const char* name, const void* pointer) {
  if (pointer == nullptr) {
    throw Error(GLIMPSE_INVALID_ARGUMENT, std::string(name) + " is NULL, which it must not be");
  }
}

}  // namespace glimpse::runtime
