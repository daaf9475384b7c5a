#include "byte_source.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "error.h"
#include "glimpse.h"

namespace glimpse::runtime {
namespace {

class File : public ByteSource {
 public:
  explicit File(const std::string& path) : path_(path) {
    std::error_code unknown;  // what the stream then tells better
    if (std::filesystem::is_directory(path, unknown)) {
      throw Error(GLIMPSE_FILE, path + " is a folder: name a file that 'glimpse export' wrote");
    }
    stream_.open(path, std::ios::binary);
    if (!stream_) {
      throw Error(GLIMPSE_FILE, "cannot open " + path + ": " + std::strerror(errno));
    }
    stream_.seekg(0, std::ios::end);
    const std::streamoff end = stream_.tellg();
    if (!stream_ || end < 0) {
      throw Error(GLIMPSE_FILE, path + " is no file that can be read");
    }
    size_ = static_cast<std::uint64_t>(end);
  }

  const std::string& name() const override { return path_; }
  std::uint64_t size() const override { return size_; }

  void read(std::uint64_t offset, void* target, std::size_t size) override {
    stream_.clear();
    stream_.seekg(static_cast<std::streamoff>(offset));
    stream_.read(static_cast<char*>(target), static_cast<std::streamsize>(size));
    if (!stream_) {
      throw Error(GLIMPSE_FILE, path_ + " ends early or cannot be read, at byte " +
                                    std::to_string(offset));
    }
  }

 private:
  std::string path_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
};

class Memory : public ByteSource {
 public:
  Memory(const void* data, std::size_t size)
      : data_(static_cast<const unsigned char*>(data)), size_(size) {}

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return size_; }

  void read(std::uint64_t offset, void* target, std::size_t size) override {
    if (offset > size_ || size > size_ - offset) {
      throw Error(GLIMPSE_DAMAGED, "the bundle ends early, at byte " + std::to_string(offset));
    }
    if (size > 0) {
      std::memcpy(target, data_ + offset, size);
    }
  }

 private:
  std::string name_ = "the bundle in memory";
  const unsigned char* data_;
  std::uint64_t size_;
};

}  // namespace

std::unique_ptr<ByteSource> open_file(const std::string& path) {
  return std::make_unique<File>(path);
}

std::unique_ptr<ByteSource> open_memory(const void* data, std::size_t size) {
  return std::make_unique<Memory>(data, size);
}

}  // namespace glimpse::runtime
