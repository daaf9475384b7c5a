#!/usr/bin/env bash
# Conformance and benchmarks on an NVIDIA card, from the folder that pack.sh made.
#
#   ./run.sh [devices | test | bench | peer | all]     (default: all, about 25 minutes)
#   ./run.sh train m1|m6|m11 EPOCHS SECONDS [OPTION...]
#
# `train` is for what takes too long without a card: a VAE by the recipe of the IWAE paper, VAE + GAN,
# DRAW. After so many seconds it stops; called again, it goes on. A run that has all its epochs is
# evaluated. Options go to `train` the first time.
#
# Writes each part's output to results/. GLIMPSE_CUDA_LIBS names the folders of CUDA 13's and cuDNN
# 9's libraries; without it those of a PyTorch are taken, if python3 has one, else the system's. A
# part that fails does not stop the others; the exit code is 1 if any did.
set -uo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cd "$here" || exit 1
mkdir -p results
part=${1:-all}
failed=0

if [[ -z ${GLIMPSE_CUDA_LIBS-} ]]; then
  GLIMPSE_CUDA_LIBS=$(python3 - 2>/dev/null <<'PYTHON'
import glob, sysconfig
site = sysconfig.get_paths()["purelib"]
print(":".join(sorted(glob.glob(site + "/nvidia/*/lib"))))
PYTHON
  ) || GLIMPSE_CUDA_LIBS=
  export GLIMPSE_CUDA_LIBS
fi
export GLIMPSE_CACHE=$here/cache
if [[ -e opencl/libOpenCL.so.1 ]]; then
  export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/opencl
fi
if ! compgen -G '/etc/OpenCL/vendors/*nvidia*.icd' >/dev/null &&
  [[ $(PATH=$PATH:/sbin ldconfig -p) == *libnvidia-opencl.so.1* ]]; then
  mkdir -p opencl/vendors
  echo libnvidia-opencl.so.1 >opencl/vendors/nvidia.icd
  export OCL_ICD_VENDORS=$here/opencl/vendors
fi

java() { # SECONDS, ARGUMENTS
  timeout "$1" runtime/bin/java -XX:+UseSerialGC -Djava.awt.headless=true "${@:2}"
}
step() { # NAME, COMMAND...: keeps the output, and tells how it went
  local name=$1 started=$SECONDS status=0
  shift
  "$@" >"results/$name.txt" 2>&1 || status=$?
  if ((status)); then failed=1; fi
  printf '%-28s %4d s  %s\n' "$name" $((SECONDS - started)) \
    "$( ((status)) && echo "FAILED ($status): results/$name.txt" || echo ok)"
}
glimpse() { java 120 -cp "classes:lib/*" dev.glimpse.cli.Main "$@"; }
bench() { java 300 -cp "test-classes:classes:lib/*" dev.glimpse.bench.Main "$@"; }
conformance() { # DEVICE, WHOSE KERNELS
  # Tests skip a device that is missing; here that is a failure.
  if ! glimpse devices | grep -qE "^[* ] $1 "; then
    echo "there is no device $1"
    glimpse devices
    return 1
  fi
  java 420 "-Dglimpse.device=$1" "-Dglimpse.kernels=$2" \
    -jar console/junit-platform-console-standalone-*.jar execute --details=summary \
    --class-path "test-classes:classes:$(printf '%s:' lib/*.jar)" \
    --include-classname '.*(DeviceTest|OpCaseTest|PlanTest|RandomGraphTest|GoldenLossesTest|TrainingTest)' \
    --exclude-classname '.*CudaDeviceTest' --select-package dev.glimpse
}
# The id of the first OpenCL device of NVIDIA.
opencl() { glimpse devices 2>/dev/null | grep -oE 'opencl:[0-9.]+ .*NVIDIA' | head -n 1 | cut -d' ' -f1; }


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
    124) echo "stopped after $3 s; the same command goes on from the last checkpoint" ;;
    *) return "$status" ;;
  esac
}

if [[ $part == train ]]; then
  if [[ -z ${4-} || -z ${recipe[$2]-} ]]; then
    echo 'run.sh: train wants m1, m6 or m11, epochs and seconds' >&2
    exit 1
  fi
  if [[ -z ${GLIMPSE_MNIST-} && -d mnist ]]; then export GLIMPSE_MNIST=$here/mnist; fi
  train "${@:2}" 2>&1 | tee -a "results/train-$2.txt"
  exit "${PIPESTATUS[0]}"
fi

cat VERSION
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>&1 | tee results/card.txt
if [[ $part == devices || $part == all ]]; then
  step devices glimpse devices
  cat results/devices.txt
fi
card=$(opencl)
if [[ $part == test || $part == all ]]; then
  step test-cuda-hand conformance cuda:0 hand
  step test-cuda-library conformance cuda:0 library
  if [[ -n $card ]]; then step test-opencl conformance "$card" hand; else echo 'no OpenCL on this card'; fi
fi
if [[ $part == bench || $part == all ]]; then
  for whose in hand auto; do
    step "kernels-fp32-$whose" bench kernels --json --device cuda:0 --kernels "$whose" --precision fp32
    step "steps-fp32-$whose" bench W1 W2 W3 W4 W5 --json --device cuda:0 --kernels "$whose" --precision fp32
  done
  step steps-tf32 bench W1 W2 W3 W4 W5 --json --device cuda:0 --kernels auto --precision tf32
  if [[ -n $card ]]; then step kernels-opencl bench kernels --json --device "$card"; fi
fi
if [[ $part == peer || $part == all ]]; then
  if python3 -c 'import torch' 2>/dev/null; then
    step peer timeout 600 python3 peer.py --json
  else
    echo 'peer: python3 has no torch, so PyTorch was not measured'
  fi
fi
exit "$failed"
