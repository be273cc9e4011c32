# Everything that is done to this repository, by name. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

HONE := .build/release/hone
SWIFT_FILES := Package.swift Sources Tests
PYTHON ?= python3
# Models and data that are not part of this repository; suites that need them skip, visibly, where they are absent.
export HONE_MODELS ?= ../shared

# The ONNX node tests came as files up to onnx 1.16. onnx 1.20 is the last package whose newest opset is 25, so that
# none of its cases has moved on to an opset that Hone does not read.
ONNX_NEWER := 1.20.1

.PHONY: help deps deps-test build demo test test-swift test-python test-opencl neon lint format conformance oracle check-nvidia check-amd check-oclgrind bench clean swift-toolchain

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

swift-toolchain:
	@command -v swift >/dev/null || { \
	  echo "No Swift toolchain found. Hone needs Swift 6.2 or later (tested with 6.3.1)."; \
	  echo "Get it from https://www.swift.org/install/linux, unpack it, and put its usr/bin on PATH:"; \
	  echo '  export PATH=/opt/swift/usr/bin:$$PATH'; \
	  exit 1; } >&2

deps: ## install the system libraries that the build needs (Debian, Ubuntu)
	@.ci/install-packages.sh libonnx-dev libprotobuf-dev libjpeg-dev libpng-dev zlib1g-dev opencl-headers

deps-test: .deps/node-newer .deps/opencl/written ## install what the tests need: Python packages into .venv and .venv-newer, OpenCL drivers
.venv/installed: .ci/requirements.txt
	@.ci/install-packages.sh python3 python3-venv
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check -r .ci/requirements.txt
	@touch $@
# Drivers that run kernels on the processor; .ci/opencl-env chooses one.
.deps/opencl/written: .ci/opencl-vendors .venv/installed
	@.ci/install-packages.sh ocl-icd-libopencl1 pocl-opencl-icd oclgrind
	@.ci/opencl-vendors .deps/opencl
.deps/node-newer: Tests/Conformance/generate_node_tests.py .venv/installed
	@test -x .venv-newer/bin/python || $(PYTHON) -m venv .venv-newer
	@.venv-newer/bin/pip install --quiet --disable-pip-version-check onnx==$(ONNX_NEWER)
	@mkdir -p .deps
	@.venv-newer/bin/python Tests/Conformance/generate_node_tests.py $@
	@touch $@

build: swift-toolchain ## build the library and the command, optimised
	swift build -c release

# A build of its own: the one that users get neither needs nor knows MPI.
.PHONY: mpi mpi-test
mpi: deps swift-toolchain ## the command with MPI, for mpirun: .build/mpi/release/hone
	@.ci/install-packages.sh libopenmpi-dev openmpi-bin
	swift build -c release --traits MPI --scratch-path .build/mpi
mpi-test: mpi build deps-test ## calibration on several ranks: the same record, and failures that end all of them
	.venv/bin/python -m pytest -q -rs Tests/Oracle/test_mpi.py Tests/Oracle/test_one_record.py -m "not needs_models"

demo: deps build ## optimize the bundled example, print one table, and say where its report is
	@Examples/digits/demo.sh

test: deps build test-swift test-python ## unit, property and repository tests; needs nothing outside this repository
# Modules built for testing have other flags: in a folder of their own they leave the build that users get alone.
# The OpenCL backend is tested on each driver by `make test-opencl`.
test-swift: swift-toolchain
	swift test -c release -Xswiftc -enable-testing --scratch-path .build/testing --skip OpenCLBackendTests
test-python: deps-test build
	.venv/bin/python -m pytest -q .ci/test_summarise.py .ci/test_lint_kernels.py Tests/Oracle -m "not needs_models" \
	  --ignore Tests/Oracle/test_gpu_package.py
.PHONY: gpu-rehearsal
gpu-rehearsal: deps deps-test build ## what is done on a machine with a GPU, with small problems on the processor's OpenCL
	.venv/bin/python -m pytest -q Tests/Oracle/test_gpu_package.py

neon: swift-toolchain ## the Arm microkernels against their definitions, in an emulator
	@Tests/Neon/run

lint: swift-toolchain ## formatting, imports, line budgets, names, no machine paths
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)
	@$(PYTHON) .ci/lint-imports.py
	@$(PYTHON) .ci/lint-repository.py
	@$(PYTHON) .ci/lint-kernels.py

format: swift-toolchain ## format every Swift file in place
	swift format --in-place --parallel --recursive $(SWIFT_FILES)

conformance: deps build deps-test ## the official ONNX node tests, on every device
	@for device in cpu reference; do \
	  echo "device $$device" && HONE_DEVICE=$$device .venv/bin/python Tests/Conformance/run_node_tests.py || exit 1; \
	done
	@for driver in pocl intel; do \
	  echo "device opencl ($$driver)" && \
	    HONE_DEVICE=opencl:0 .ci/opencl-env $$driver .venv/bin/python Tests/Conformance/run_node_tests.py || exit 1; \
	done

test-opencl: deps deps-test swift-toolchain ## the OpenCL backend's tests on each driver for processors
	@for driver in pocl intel; do \
	  echo "driver $$driver" && .ci/opencl-env $$driver \
	    swift test -c release -Xswiftc -enable-testing --scratch-path .build/testing \
	      --filter OpenCLBackendTests || exit 1; \
	done

# What Hone is compared with: ONNX Runtime with its quantizer, OpenVINO, NNCF. Tests that need them skip otherwise.
.PHONY: deps-peers
deps-peers:
	@.ci/install-packages.sh python3 python3-venv
	@Benchmarks/peers/install
oracle: deps build deps-test deps-peers ## Hone against ONNX Runtime on real models (HONE_MODELS, default ../shared)
	.venv/bin/python -m pytest -q -rsx Tests/Oracle -m needs_models

# `check-oclgrind` leaves a list of the programs that its models needed, which the other two then compile as well.
# Compilers for GPUs that need none: clang with the OpenCL library for NVIDIA and AMD, NVIDIA's assembler from PyPI.
.PHONY: deps-kernels
deps-kernels: .venv/installed
	@.ci/install-packages.sh clang-19 libclc-19
check-nvidia: deps-kernels ## every kernel and preset as NVIDIA's machine code: registers, spills, rounding (no GPU needed)
	@.venv/bin/python -m pytest -q Tests/KernelChecks/test_checks.py
	@.venv/bin/python Tests/KernelChecks/check_nvidia.py --seen .build/programs.txt --table Benchmarks/results/nvidia-resources.txt
check-amd: deps-kernels ## every kernel and preset compiled for AMD's GPUs: registers, spills (no GPU needed)
	@.venv/bin/python Tests/KernelChecks/check_amd.py --seen .build/programs.txt --table Benchmarks/results/amd-resources.txt
.PHONY: test-build
test-build: swift-toolchain
	@swift build --build-tests -c release -Xswiftc -enable-testing --scratch-path .build/testing
check-oclgrind: deps build .venv/installed test-build ## every kernel in a simulator that finds data races and bounds errors (no GPU needed)
	@.ci/install-packages.sh oclgrind
	@.venv/bin/python -m pytest -q Tests/KernelChecks/test_oclgrind.py
	@.venv/bin/python Tests/KernelChecks/check_oclgrind.py --programs .build/programs.txt \
	  --tests .build/testing/release/HonePackageTests.xctest

bench: deps build ## every figure that Hone is held to, beside ONNX Runtime and OpenVINO (BENCH: options for the script)
	@.ci/install-packages.sh python3 python3-venv
	@Benchmarks/example-latency.sh
	@Benchmarks/peers/run $(BENCH)

.PHONY: bench-pruning bench-channels
bench-pruning: deps build ## latency of pruned int8 networks beside dense ones and OpenVINO; blocks kept on OpenCL (BENCH: options)
	@.ci/install-packages.sh python3 python3-venv
	@Benchmarks/pruning/run $(BENCH)
bench-channels: deps build deps-peers ## networks without half of their multiply-accumulates, timed in ONNX Runtime (HONE_MODELS)
	@.deps/peers/bin/python Benchmarks/pruning/channels.py --hone $(HONE) --results Benchmarks/results

.PHONY: accuracy
accuracy: deps build deps-peers ## top-1 at int8 beside ONNX Runtime's quantizer and NNCF, on the models of HONE_MODELS (default ../shared)
	@.deps/peers/bin/python Benchmarks/peers/accuracy.py --hone $(HONE) --results Benchmarks/results

.PHONY: pruning
pruning: deps build deps-test ## what pruning costs at int8, and the order of the two, on the CIFAR-10 networks of HONE_MODELS
	@.venv/bin/python Benchmarks/pruning/accuracy.py --hone $(HONE) --results Benchmarks/results
	@.venv/bin/python Benchmarks/pruning/order.py --hone $(HONE) --results Benchmarks/results

.PHONY: screenshots
REPORT ?=
screenshots: ## pictures of a report in a real browser into docs, and whether it fits (REPORT: the report.html)
	@test -n "$(REPORT)" || { echo "make screenshots REPORT=FOLDER/report.html; hone optimize writes one" >&2; exit 2; }
	@.ci/install-packages.sh chromium fonts-dejavu-core pngquant python3
	@$(PYTHON) docs/screenshots.py "$(REPORT)"

clean: ## remove what building made; .venv, .venv-newer and .deps stay
	rm -rf .build
