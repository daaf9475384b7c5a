#!/usr/bin/env bash
# Packs all that run.sh needs on a machine with an NVIDIA card but no JDK and no internet: a Java
# runtime, our classes and their jars, the tests, the benchmarks, MNIST where it is at hand.
#
#   tests/bench/nvidia/pack.sh [FOLDER]     writes FOLDER (default: target/nvidia) and FOLDER.tar.gz
#
# NVIDIA's own libraries are not in it: run.sh finds the system's, or those of a PyTorch.
set -euo pipefail

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../..
root=$(readlink -f "$root")
pack=$(readlink -m "${1:-$root/target/nvidia}")
if [[ -e $pack && ! -e $pack/run.sh ]]; then
  echo "pack.sh: $pack is there, and is no pack: name another folder" >&2
  exit 1
fi
rm -rf "$pack"
mkdir -p "$pack/lib"

cd "$root"
mvn -q -B -ntp -DskipTests package
mvn -q -B -ntp dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.14.4 \
  -DoutputDirectory="$pack/console"
cp -r java/target/classes "$pack/classes"
cp -r tests/target/test-classes "$pack/test-classes"
tr ':' '\n' <tests/target/classpath.txt | xargs -I{} cp {} "$pack/lib/"
rm -f "$pack"/lib/junit-* "$pack"/lib/opentest4j-* "$pack"/lib/apiguardian-* # in the console's jar
rm -f "$pack"/lib/onnxruntime-* "$pack"/lib/jazzer-* # large, and for tests that run.sh leaves out
mnist=${GLIMPSE_MNIST:-$root/../shared/data/mnist}
if [[ -d $mnist ]]; then cp -r --no-preserve=mode "$mnist" "$pack/mnist"; fi

jdk=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
modules=$("$jdk/bin/jdeps" --multi-release 17 --ignore-missing-deps --print-module-deps \
  --class-path "$(printf '%s:' "$pack"/lib/*.jar "$pack"/console/*.jar)" \
  "$pack/classes" "$pack/test-classes")
# Not compressed: the archive is smaller so. JUnit opens jars as file systems, which jdeps does not see.
"$jdk/bin/jlink" --output "$pack/runtime" --strip-debug --no-header-files --no-man-pages --compress=0 \
  --add-modules "$modules,java.logging,jdk.zipfs"

# The OpenCL loader; the driver's own library comes with the card.
loader=$(PATH=$PATH:/sbin ldconfig -p | sed -n 's/.*libOpenCL\.so\.1 .*x86-64.* => //p' | head -n 1)
if [[ -n $loader ]]; then
  mkdir "$pack/opencl"
  cp -L "$loader" "$pack/opencl/libOpenCL.so.1"
fi
cp tests/bench/nvidia/run.sh tests/bench/nvidia/peer.py "$pack/"
git rev-parse HEAD >"$pack/VERSION"
tar -C "$(dirname "$pack")" -czf "$pack.tar.gz" "$(basename "$pack")"
du -sh "$pack" "$pack.tar.gz"
