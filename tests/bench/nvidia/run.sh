#!/usr/bin/env bash
# Conformance and benchmarks on an NVIDIA card, from the folder that pack.sh made.
#
#   ./run.sh [PART...]     devices, test, bench, peer, or steps of these by name; default: all
#   ./run.sh train m1|m6|m11 EPOCHS SECONDS [OPTION...]
#
# All takes about 30 minutes, which test, bench and peer share. `train` is for what takes too long
# without a card: a VAE by the recipe of the IWAE paper, VAE + GAN, DRAW. After so many seconds it
# stops; called again, it goes on. A run that has all its epochs is evaluated. Options go to `train`
# the first time.
#
# Writes each step's output to results/, or the folder RESULTS, as it comes; all.txt there has it all.
# GLIMPSE_CUDA_LIBS names the folders of CUDA 13's and cuDNN 9's libraries; without it those of a
# PyTorch are taken, if python3 has one, else the system's. A step that fails does not stop the
# others; the exit code is 1 if any did.
set -uo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
results=$(readlink -m "${RESULTS:-$here/results}")
cd "$here" || exit 1
mkdir -p "$results"
failed=0

if [[ -z ${GLIMPSE_CUDA_LIBS-} ]]; then
  GLIMPSE_CUDA_LIBS=$(python3 - 2>/dev/null <<'PYTHON'
import glob, importlib.util
nvidia = importlib.util.find_spec("nvidia").submodule_search_locations
print(":".join(sorted(folder for path in nvidia for folder in glob.glob(path + "/*/lib"))))
PYTHON
  ) || GLIMPSE_CUDA_LIBS=
  export GLIMPSE_CUDA_LIBS
fi
export GLIMPSE_CACHE=$here/cache
if [[ -e opencl/libOpenCL.so.1 ]]; then
  export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/opencl
fi
opencl_driver() { # prints where NVIDIA's is, if anywhere
  if [[ $(PATH=$PATH:/sbin ldconfig -p) == *libnvidia-opencl.so.1* ]]; then
    echo libnvidia-opencl.so.1
    return
  fi
  local folders folder
  IFS=: read -ra folders <<<"${LD_LIBRARY_PATH-}:/usr/local/nvidia/lib64:/usr/lib/wsl/lib"
  for folder in "${folders[@]}"; do
    if [[ -e $folder/libnvidia-opencl.so.1 ]]; then
      echo "$folder/libnvidia-opencl.so.1"
      return
    fi
  done
}
if ! compgen -G '/etc/OpenCL/vendors/*nvidia*.icd' >/dev/null && [[ -n $(opencl_driver) ]]; then
  mkdir -p opencl/vendors
  opencl_driver >opencl/vendors/nvidia.icd
  export OCL_ICD_VENDORS=$here/opencl/vendors
fi

# What hangs in the driver does not end by itself when it is told to.
within() { timeout -k 15 "$@"; }
java() { # SECONDS, ARGUMENTS
  within "$1" runtime/bin/java -XX:+UseSerialGC -Xmx4g -Djava.awt.headless=true \
    -XX:ErrorFile="$results/crash-%p.txt" "-Dorg.bytedeco.javacpp.cachedir=$here/cache/javacpp" \
    "${@:2}"
}
glimpse() { java 120 -cp "classes:lib/*" dev.glimpse.cli.Main "$@"; }

# The recipes whose results docs/results.md has for a CPU, with more epochs.
declare -A recipe=(
  [m1]='vae --set hidden=200,200 activation=tanh latent=50 train.schedule=thirds train.evaluateEvery=10'
  [m6]='vaegan --set width=32 beta=4 gamma=0.01'
  [m11]='draw --set glimpses=64 train.schedule=cosine'
)
declare -A judge=([m1]='--samples 5000' [m6]= [m11]='--samples 20')
train() { # NAME, EPOCHS, SECONDS, OPTIONS
  local run=runs/$1 options status=0
  if [[ -e $run ]]; then
    options=(--resume="$run")
  else
    read -ra options <<<"${recipe[$1]}"
    options=("${options[0]}" --data mnist --out "$run" --epochs "$2" "${@:4}" "${options[@]:1}")
  fi
  long() { java "$1" -cp "classes:lib/*" dev.glimpse.cli.Main "${@:2}" --device "${DEVICE:-cuda:0}"; }
  long "$3" train --no-quality "${options[@]}" || status=$?
  case $status in
    0) long 600 evaluate "$run" ${judge[$1]} ;;
    124 | 137) echo "stopped after $3 s; the same command goes on from the last checkpoint" ;;
    *) return "$status" ;;
  esac
}

if [[ ${1-} == train ]]; then
  if [[ -z ${4-} || -z ${recipe[$2]-} ]]; then
    echo 'run.sh: train wants m1, m6 or m11, epochs and seconds' >&2
    exit 1
  fi
  if [[ -z ${GLIMPSE_MNIST-} && -d mnist ]]; then export GLIMPSE_MNIST=$here/mnist; fi
  train "${@:2}" 2>&1 | tee -a "$results/train-$2.txt"
  exit "${PIPESTATUS[0]}"
fi

wanted=" ${*:-all} "
declare -A known=([all]=1)
skipped=77
step() { # PART, NAME, COMMAND...: if wanted, keeps the output, and tells how it went
  local name=$2 started=$SECONDS status how=ok
  known[$1]=1 known[$name]=1
  if [[ $wanted != *" all "* && $wanted != *" $1 "* && $wanted != *" $name "* ]]; then return; fi
  echo "== $name" >>"$results/all.txt"
  "${@:3}" 2>&1 | tee "$results/$name.txt" >>"$results/all.txt"
  status=${PIPESTATUS[0]}
  if ((status == skipped)); then
    how="skipped: $name.txt"
  elif ((status)); then
    how="FAILED ($status): $name.txt"
    failed=1
  fi
  printf '%-28s %4d s  %s\n' "$name" $((SECONDS - started)) "$how" | tee -a "$results/all.txt"
}
bench() { java 300 -cp "test-classes:classes:lib/*" dev.glimpse.bench.Main "$@"; }
bench_steps() { # a process each, so that one whose device is lost takes no other along
  local workload status=0
  for workload in W1 W2 W3 W4 W5; do bench "$workload" "$@" || status=1; done
  return "$status"
}
conformance() ( # DEVICE, WHOSE KERNELS
  # Tests skip a device that is missing; here that is a failure.
  if ! glimpse devices | grep -E "^[* ] $1 " >/dev/null; then # not -q, which ends the other early
    echo "there is no device $1"
    glimpse devices
    exit 1
  fi
  # Side by side, for compiling takes most of their time.
  status=0 running=()
  output=$(mktemp -d) || exit 1
  trap 'kill "${running[@]}" 2>/dev/null; rm -r "$output"' EXIT
  for part in 'DeviceTest|OpCaseTest' 'PlanTest|RandomGraphTest|GoldenLossesTest' TrainingTest; do
    classes "$part" "$@" >"$output/${#running[@]}" 2>&1 &
    running+=($!)
  done
  for i in "${!running[@]}"; do
    wait "${running[i]}" || status=1
    cat "$output/$i"
  done
  exit "$status"
)
classes() { # PATTERN, DEVICE, WHOSE KERNELS, PRECISION
  java 420 "-Dglimpse.device=$2" "-Dglimpse.kernels=$3" "-Dglimpse.precision=${4-fp32}" \
    -jar console/junit-platform-console-standalone-*.jar execute --details=testfeed --disable-ansi-colors \
    --class-path "test-classes:classes:$(printf '%s:' lib/*.jar)" \
    --include-classname ".*($1)" --exclude-classname '.*CudaDeviceTest' --select-package dev.glimpse
}
# The same on the first OpenCL device of NVIDIA, if there is one.
on_opencl() {
  local id
  id=$(glimpse devices 2>/dev/null | grep -oE 'opencl:[0-9.]+ .*NVIDIA' | head -n 1 | cut -d' ' -f1)
  if [[ -z $id ]]; then
    echo 'no OpenCL on this card'
    return "$skipped"
  fi
  "${@/DEVICE/$id}"
}
peer() { # SECONDS, ARGUMENTS
  if ! python3 -c 'import torch' 2>/dev/null; then
    echo 'python3 has no torch, so PyTorch was not measured'
    return "$skipped"
  fi
  within "$1" python3 peer.py --json "${@:2}"
}

cat VERSION
step devices card nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
step devices devices glimpse devices
step test test-cuda-hand conformance cuda:0 hand
step test test-cuda-library conformance cuda:0 library
for precision in tf32 bf16; do
  step test "test-cuda-$precision" classes OpCaseTest cuda:0 library "$precision"
done
step test test-opencl on_opencl conformance DEVICE hand
for whose in auto hand; do
  step bench "steps-fp32-$whose" bench_steps --json --device cuda:0 --kernels "$whose" --precision fp32
done
for precision in tf32 bf16; do
  step bench "steps-$precision" bench_steps --json --device cuda:0 --kernels auto --precision "$precision"
done
for whose in auto hand; do
  step bench "kernels-fp32-$whose" bench kernels --json --device cuda:0 --kernels "$whose" --precision fp32
done
step bench kernels-opencl on_opencl bench kernels --json --device DEVICE
# What takes long to compile comes last, W4 most of all.
step peer peer-eager peer 300 --modes eager
step peer peer-compiled peer 600 --modes compiled --only W1 W2 W3 W5 LSTM LSTMForward
step peer peer-compiled-w4 peer 300 --modes compiled --only W4
for part in $wanted; do
  if [[ -z ${known[$part]-} ]]; then
    echo "run.sh: there is no part '$part'" >&2
    failed=1
  fi
done
exit "$failed"
