#!/usr/bin/env bash
# How long the whole command takes on the bundled example, process start, reading and preprocessing included: the median
# of several runs. It says how Hone feels at the prompt, and nothing about kernels.
set -euo pipefail
cd "$(dirname "$0")/.."

hone=${HONE:-.build/release/hone}
example=Examples/digits
repetitions=${REPETITIONS:-7}
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT

median_milliseconds() {
    local start end times=()
    "$@" >/dev/null
    for ((i = 0; i < repetitions; i++)); do
        start=$(date +%s%N)
        "$@" >/dev/null
        end=$(date +%s%N)
        times+=($(((end - start) / 1000000)))
    done
    printf '%s\n' "${times[@]}" | sort -n | sed -n "$((repetitions / 2 + 1))p"
}

data=(--data "$example/test_x.npy" --preprocess "$example/preprocess.json")
calibration=(--data "$example/train_x.npy" --preprocess "$example/preprocess.json")
quantize=$(median_milliseconds "$hone" quantize "$example/digits.onnx" "${calibration[@]}" -o "$output/int8.onnx")
float=$(median_milliseconds "$hone" evaluate "$example/digits.onnx" "${data[@]}" --labels "$example/test_y.npy")
int8=$(median_milliseconds "$hone" evaluate "$output/int8.onnx" "${data[@]}" --labels "$example/test_y.npy")

echo "Whole commands on Examples/digits, median of $repetitions runs:"
printf '  %-44s %6d ms\n' "quantize (1,297 images)" "$quantize" "evaluate float (500 images)" "$float" \
    "evaluate int8 (500 images)" "$int8"
