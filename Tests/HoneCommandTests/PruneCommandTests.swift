import Foundation
import Testing

@Suite struct PruneCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func prune(_ output: String, _ arguments: [String]) throws -> Answer {
        try HoneProcess.run(["prune", Example.model, "-o", folder.path(output)] + arguments)
    }

    private let magnitude = ["--score", "magnitude", "--no-refit"]

    @Test func theExample() throws {
        let answer = try prune(
            "pruned.onnx",
            ["--data", Example.trainImages, "--samples", "64", "--sparsity", "0.5", "--eval-data", Example.images]
                + ["--labels", Example.labels] + Example.preprocessing)
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(folder.names == ["pruned.onnx"], "the file, and nothing beside it")
        for text in [
            "method      pattern 16x4, score hessian", "64 samples of", "top-1       98.80 % -> ", "compressed  ",
        ] {
            #expect(answer.output.contains(text), "\(text)")
        }
        let inspected = try HoneProcess.run("inspect", folder.path("pruned.onnx"))
        #expect(inspected.output.contains("  16x4\n") && inspected.output.contains("metadata    hone.pruning = {"))
        #expect(!inspected.output.contains("disagree"))
    }

    @Test func json() throws {
        let json = try prune("pruned.onnx", magnitude + ["--sparsity", "0.5", "--json"]).json()
        #expect(
            Set(json.keys) == [
                "source", "output", "pattern", "score", "refit", "samples", "sparsity", "totalSparsity", "density",
                "sourceBytes", "outputBytes", "sourceCompressedBytes", "outputCompressedBytes", "seconds", "accuracy",
                "speed", "multiplyAccumulatesBefore", "multiplyAccumulates", "notes", "layers",
            ])
        #expect(json["samples"] as? Int == 0 && json["accuracy"] is NSNull)
        #expect((json["notes"] as? [String])?.isEmpty == true)
        let layers = try #require(json["layers"] as? [[String: Any]])
        #expect(layers.contains { $0["pruned"] as? Bool == true })
        for layer in layers {
            #expect((layer["pruned"] as? Bool ?? false) != !(layer["reason"] as? String ?? "").isEmpty)
        }
    }

    /// Whatever fails, no output file appears, and one that was there stays.
    @Test(arguments: [
        ["--sparsity", "0.5", "--pattern", "4y4"], ["--sparsity", "0.5", "--exclude", "no_such_node"],
        ["--layers", "no_such_node=0.5"], ["--layers", "no_such_file.json"], ["--sparsity", "0.5", "--steps", "0"],
        ["--sparsity", "0.5", "--device", "opencl:4321"], ["--pattern", "4:4", "--sparsity", "0.5"],
    ])
    func failuresLeaveNoFile(arguments: [String]) throws {
        let answer = try prune("pruned.onnx", magnitude + arguments)
        #expect(answer.status != 0 && answer.complaint.count == 1 && answer.output.isEmpty, "\(answer.errors)")
        #expect(folder.names.isEmpty)
        try folder.write([1, 2, 3], "pruned.onnx")
        #expect(try prune("pruned.onnx", magnitude + arguments).status == answer.status)
        #expect(try Data(contentsOf: URL(filePath: folder.path("pruned.onnx"))) == Data([1, 2, 3]))
        #expect(folder.names == ["pruned.onnx"])
    }

    @Test func theTargetIsTriedFirst() throws {
        let answer = try prune("no/such/folder/pruned.onnx", magnitude + ["--sparsity", "0.5"])
        #expect(answer.status == 1 && answer.errors.contains("cannot write"))
    }

    @Test func aQuantizedModelIsRefused() throws {
        let int8 = folder.path("int8.onnx")
        let made = try HoneProcess.run(
            ["quantize", Example.model, "--data", Example.trainImages, "--samples", "8", "-o", int8]
                + Example.preprocessing)
        #expect(made.status == 0 && made.output.contains("compressed  "))
        let answer = try HoneProcess.run(
            ["prune", int8, "-o", folder.path("pruned.onnx"), "--sparsity", "0.5"] + magnitude)
        #expect(answer.status == 1 && answer.errors.contains("prune the float model that it was made from"))
        #expect(!folder.exists("pruned.onnx"))
    }
}
