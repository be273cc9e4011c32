#!/usr/bin/env bash
# The main job on the bundled example: a float CNN becomes a verified int8 CNN, with a report of what that cost.
set -euo pipefail
cd "$(dirname "$0")/../.."

hone=${HONE:-.build/release/hone}
example=Examples/digits
output=.build/demo

echo "Optimizing $example/digits.onnx: calibrated on its training images, measured on the 500 test images,"
echo "which neither training nor calibration has seen"
"$hone" optimize "$example/digits.onnx" \
    --data "$example/train_x.npy" --eval-data "$example/test_x.npy" --labels "$example/test_y.npy" \
    --preprocess "$example/preprocess.json" --sensitivity -o "$output"

echo
echo "The int8 model on two devices, node by node: the definition of correct, and the fast one"
"$hone" verify "$output/model_int8.onnx" --device reference,cpu \
    --data "$example/test_x.npy" --preprocess "$example/preprocess.json"
