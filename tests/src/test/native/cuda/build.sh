#!/bin/sh
# Builds the stand-ins for NVIDIA's libraries into a folder: build.sh FOLDER
# With GLIMPSE_CUDA_LIBS=FOLDER, Glimpse finds a device cuda:0, whose kernels run on the host. What
# they were compiled to belongs into GLIMPSE_CACHE=FOLDER/cache, which goes when the stand-ins change.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
if [ -e "$folder/built" ] && [ -z "$(find "$here" -newer "$folder/built")" ]; then exit; fi
rm -rf "$folder/built" "$folder/cache"

build() { # LIBRARY VERSION SOURCE-OR-OPTION...
  library=$1 version=$2
  shift 2
  if [ -n "$version" ]; then
    echo "$version { *; };" >"$folder/version.map"
    set -- "-Wl,--version-script=$folder/version.map" "$@"
  fi
  (cd "$here" && cc -std=gnu11 -O3 -fassociative-math -fno-signed-zeros -fno-trapping-math -fno-math-errno \
    -Wall -Wextra -Werror -shared -fPIC "-DHERE=\"$here\"" "-Wl,-soname,$library" \
    -o "$folder/$library" "$@" "-L$folder" -lm)
}

build libcuda.so.1 "" driver.c grid.c
build libcudart.so.13 libcudart.so.13 runtime.c
build libnvrtc.so.13 libnvrtc.so.13 compiler.c
for library in libcublasLt.so.13 libcublas.so.13; do
  build $library $library blas.c -l:libcuda.so.1
done
for part in graph ops cnn; do
  build libcudnn_$part.so.9 libcudnn_$part.so.9 dnn.c -l:libcuda.so.1
done
build libcudnn_adv.so.9 libcudnn_adv.so.9 rnn.c -l:libcuda.so.1
rm "$folder/version.map"
touch "$folder/built"
