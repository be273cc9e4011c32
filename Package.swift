// swift-tools-version: 6.2
// One table of targets, from the bottom of the import order to the top: a target may import only what it lists, and
// `make lint` checks every `import` in `Sources` against this file.

import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func swiftTarget(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func swiftTests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "Hone",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Hone", targets: ["Hone"]),
        .executable(name: "hone", targets: ["HoneCommand"]),
    ],
    traits: [
        .trait(name: "MPI", description: "hone calibrate over the processes that mpirun starts (Open MPI)")
    ],
    targets: [
        // C boundaries: the only places where foreign libraries or vector instructions appear.
        .target(
            name: "COnnx",
            cxxSettings: [
                .define("ONNX_ML"), .define("ONNX_NAMESPACE", to: "onnx"), .define("ONNX_API", to: ""),
            ],
            linkerSettings: [.linkedLibrary("onnx_proto"), .linkedLibrary("protobuf")]),
        .target(
            name: "CImageCodecs",
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("z")]),
        .target(name: "CMicrokernels"),
        .target(name: "COpenCL"),
        // Empty, and used by nothing, without the trait.
        .target(
            name: "CMPI", cSettings: [.define("HONE_MPI", .when(traits: ["MPI"]))],
            linkerSettings: [.linkedLibrary("mpi", .when(traits: ["MPI"]))]),
        // The OpenCL C kernels as text, embedded by `#embed`.
        .target(name: "KernelSources", path: "Kernels", exclude: ["README.md", "presets.txt"]),

        // Values, graphs and files.
        swiftTarget("Tensors", []),
        swiftTarget("Files", ["CImageCodecs", "Tensors"]),
        swiftTarget("ModelGraph", ["Tensors"]),
        swiftTarget("ONNXFormat", ["COnnx", "Files", "ModelGraph", "Tensors"]),
        swiftTarget("Datasets", ["CImageCodecs", "Files", "ONNXFormat", "Tensors"]),

        // Processes that share a task.
        swiftTarget("Distribution", [.target(name: "CMPI", condition: .when(traits: ["MPI"])), "Tensors"]),

        // Execution: the plan and the kernel contract, what backends with kernels of their own share on the way from a
        // plan's steps to kernels, then the backends, which never import each other.
        swiftTarget("Runtime", ["CMicrokernels", "ModelGraph", "Tensors"]),
        swiftTarget("Lowering", ["CMicrokernels", "Runtime", "ModelGraph", "Tensors"]),
        swiftTarget("ReferenceBackend", ["CMicrokernels", "Runtime", "ModelGraph", "Tensors"]),
        swiftTarget("CPUBackend", ["CMicrokernels", "Lowering", "Runtime", "ModelGraph", "Tensors"]),
        swiftTarget(
            "OpenCLBackend",
            ["COpenCL", "KernelSources", "Files", "Lowering", "Runtime", "ModelGraph", "Tensors"]),

        // What is done to a model, and what is said about it. None of these sees a device.
        swiftTarget("Reporting", []),
        swiftTarget("Optimizers", ["CMicrokernels", "Files", "Reporting", "Runtime", "ModelGraph", "Tensors"]),
        swiftTarget("Evaluation", ["Runtime", "ModelGraph", "Tensors"]),

        // The façade and the command.
        swiftTarget(
            "Hone",
            [
                "CPUBackend", "Datasets", "Evaluation", "Files", "ModelGraph", "ONNXFormat", "OpenCLBackend",
                "Optimizers",
                "ReferenceBackend", "Reporting", "Runtime", "Tensors",
            ]),
        .executableTarget(
            name: "HoneCommand",
            dependencies: [
                "Hone", "Datasets", "Distribution", "Evaluation", "Files", "ModelGraph", "ONNXFormat", "Reporting",
                "Tensors",
            ],
            swiftSettings: strict),

        // Tests mirror the names of what they test.
        .target(
            name: "TestSupport",
            dependencies: ["ModelGraph", "ONNXFormat", "ReferenceBackend", "Runtime", "Tensors"],
            path: "Tests/TestSupport", swiftSettings: strict),
        swiftTests("TensorsTests", ["Tensors", "TestSupport"]),
        swiftTests("ModelGraphTests", ["ModelGraph", "ReferenceBackend", "Runtime", "Tensors", "TestSupport"]),
        swiftTests("ONNXFormatTests", ["Files", "ONNXFormat", "ModelGraph", "Tensors", "TestSupport"]),
        swiftTests("DatasetsTests", ["Datasets", "Files", "ONNXFormat", "Tensors", "TestSupport"]),
        swiftTests("DistributionTests", ["Distribution", "Tensors"]),
        swiftTests("RuntimeTests", ["Runtime", "ReferenceBackend", "ModelGraph", "Tensors", "TestSupport"]),
        swiftTests("ReferenceBackendTests", ["ReferenceBackend", "Runtime", "ModelGraph", "Tensors", "TestSupport"]),
        swiftTests("LoweringTests", ["Lowering", "Tensors", "TestSupport"]),
        swiftTests(
            "CPUBackendTests",
            [
                "CMicrokernels", "CPUBackend", "Lowering", "Optimizers", "ReferenceBackend", "Runtime", "ModelGraph",
                "Tensors", "TestSupport",
            ]),
        swiftTests(
            "OpenCLBackendTests",
            [
                "KernelSources", "Lowering", "OpenCLBackend", "Optimizers", "ReferenceBackend", "Runtime", "ModelGraph",
                "Tensors", "TestSupport",
            ]),
        swiftTests(
            "OptimizersTests",
            ["Optimizers", "Reporting", "ReferenceBackend", "Runtime", "ModelGraph", "Tensors", "TestSupport"]),
        swiftTests(
            "EvaluationTests", ["Evaluation", "ReferenceBackend", "Runtime", "ModelGraph", "Tensors", "TestSupport"]),
        swiftTests("ReportingTests", ["Reporting"]),
        swiftTests(
            "HoneTests",
            [
                "Evaluation", "Hone", "Optimizers", "TestSupport", "ONNXFormat", "ReferenceBackend", "Runtime",
                "ModelGraph", "Tensors",
            ]),
        swiftTests("HoneCommandTests", ["HoneCommand", "Hone", "TestSupport", "Tensors"]),
        swiftTests("RepositoryTests", []),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17,
    cxxLanguageStandard: .cxx17
)
