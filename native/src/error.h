// What goes wrong inside the library: a status of glimpse.h, and a sentence for the caller.
#pragma once

#include <stdexcept>
#include <string>

namespace glimpse::runtime {

class Error : public std::runtime_error {
 public:
  Error(int status, const std::string& message) : std::runtime_error(message), status_(status) {}

  int status() const { return status_; }

 private:
  int status_;
};

}  // namespace glimpse::runtime
