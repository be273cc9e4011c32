#!/usr/bin/env bash
# The main job on the bundled example: a float CNN becomes a verified int8 CNN. Prints one table at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."

hone=${HONE:-.build/release/hone}
example=Examples/digits
output=.build/demo
mkdir -p "$output"

echo "Quantizing $example/digits.onnx, calibrated on its training images"
"$hone" quantize "$example/digits.onnx" \
    --data "$example/train_x.npy" --preprocess "$example/preprocess.json" \
    -o "$output/digits_int8.onnx"

echo
echo "Float against int8 on the 500 test images, which neither training nor calibration has seen"
"$hone" evaluate "$output/digits_int8.onnx" \
    --data "$example/test_x.npy" --labels "$example/test_y.npy" --preprocess "$example/preprocess.json" \
    --reference "$example/digits.onnx" --verify reference,cpu
