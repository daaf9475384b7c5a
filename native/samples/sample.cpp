// The same as sample.c, in C++: sample_cpp MODEL.glimpse DIGITS.pgm
#include <fstream>
#include <glimpse.hpp>
#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 3) {
    throw std::invalid_argument("sample_cpp MODEL.glimpse DIGITS.pgm");
  }
  glimpse::Model model(argv[1]);
  glimpse::Function sample = model.function("sample", 16);
  for (const glimpse_tensor& labels : sample.inputs()) {  // each label in turn
    std::vector<float> rows(labels.count);
    for (std::size_t i = 0; i < labels.shape[0]; ++i) {
      rows[i * labels.shape[1] + i % labels.shape[1]] = 1;
    }
    sample.write(labels.name, rows);
  }
  sample.seed(1);
  sample.run();
  const std::vector<float> images = sample.read("samples");
  const glimpse::Images shape = model.images();
  std::ofstream file(argv[2], std::ios::binary);
  file << "P5 " << shape.width << ' ' << sample.batch() * shape.height << " 255\n";
  for (const float pixel : images) {
    file.put(static_cast<char>(static_cast<int>(255 * pixel + 0.5f)));
  }
  return file.good() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
