import Foundation
import Testing

@Suite struct QuantizeCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func quantize(_ output: String, _ arguments: [String] = []) throws -> Answer {
        try HoneProcess.run(
            ["quantize", Example.model, "--data", Example.trainImages, "-o", folder.path(output)]
                + Example.preprocessing + arguments)
    }

    @Test func theExample() throws {
        let answer = try quantize("int8.onnx", ["--samples", "40"])
        #expect(answer.status == 0 && answer.output.contains("14 of 14 in int8"))
        #expect(answer.output.contains("40 samples of \(Example.trainImages), fed as x / 16"))
        #expect(answer.errors.hasPrefix("Calibrating: 40/40 samples"))
        #expect(folder.names == ["int8.onnx"], "the file, and nothing beside it")
        let types =
            try HoneProcess.run("inspect", folder.path("int8.onnx"), "--json").json()["operators"] as? [String: Int]
        #expect(types?["QuantizeLinear"] != nil && types?["BatchNormalization"] == nil)
    }

    @Test func json() throws {
        let json = try quantize("int8.onnx", ["--samples", "8", "--json", "--exclude", "stem_conv", "output"]).json()
        #expect(
            Set(json.keys) == [
                "source", "output", "method", "samples", "sourceBytes", "outputBytes", "sourceCompressedBytes",
                "outputCompressedBytes", "seconds", "recipe", "warnings", "nodes",
            ])
        #expect(json["samples"] as? Int == 8)
        let nodes = try #require(json["nodes"] as? [[String: Any]])
        let float = nodes.filter { $0["quantized"] as? Bool == false }.compactMap { $0["node"] as? String }
        #expect(float.contains("stem_conv") && float.contains("output") && nodes.count == 14)
    }

    @Test func batchAndThreadsDoNotShow() throws {
        #expect(try quantize("a.onnx", ["--samples", "30", "--batch", "1", "--threads", "1"]).status == 0)
        #expect(try quantize("b.onnx", ["--samples", "30", "--batch", "7", "--threads", "2"]).status == 0)
        let files = try ["a.onnx", "b.onnx"].map { try Data(contentsOf: URL(filePath: folder.path($0))) }
        #expect(files[0] == files[1])
    }

    @Test(arguments: [["--method", "minmax"], ["--method", "percentile", "--percentile", "99.9"], ["--per-tensor"]])
    func otherSettingsGiveOtherFiles(arguments: [String]) throws {
        #expect(try quantize("default.onnx", ["--samples", "16"]).status == 0)
        #expect(try quantize("other.onnx", ["--samples", "16"] + arguments).status == 0)
        let files = try ["default.onnx", "other.onnx"].map { try Data(contentsOf: URL(filePath: folder.path($0))) }
        #expect(files[0] != files[1])
    }

    /// Whatever fails, no output file appears, and one that was there stays.
    @Test(arguments: [
        ["--exclude", "no_such_node"], ["--method", "percentile", "--percentile", "200"], ["--mean", "1,2,3"],
        ["--device", "opencl:4321"], ["--batch", "0"],
    ])
    func failuresLeaveNoFile(arguments: [String]) throws {
        let answer = try quantize("int8.onnx", arguments)
        #expect(answer.status != 0 && answer.complaint.count == 1 && answer.output.isEmpty)
        #expect(folder.names.isEmpty)
        try folder.write([1, 2, 3], "int8.onnx")
        #expect(try quantize("int8.onnx", arguments).status == answer.status)
        #expect(try Data(contentsOf: URL(filePath: folder.path("int8.onnx"))) == Data([1, 2, 3]))
        #expect(folder.names == ["int8.onnx"])
    }

    /// A target that cannot be written is found before the work, not after it.
    @Test func theTargetIsTriedFirst() throws {
        let answer = try quantize("no/such/folder/int8.onnx")
        #expect(answer.status == 1 && answer.errors.contains("cannot write") && !answer.errors.contains("Calibrating"))
        let other = try HoneProcess.run("quantize", Example.model, "--data", Example.trainImages, "-o", "Sources")
        #expect(other.status == 1 && other.errors.contains("is not a regular file"))
    }

    @Test func badSamples() throws {
        let empty = try folder.write(FileBytes.npy("|u1", shape: [0, 8, 8, 1], []), "empty.npy")
        let short = try folder.write(FileBytes.npy("|u1", shape: [9, 8, 8, 1], [1, 2, 3]), "short.npy")
        for (data, says) in [(empty, "holds no samples"), (short, "follow the header")] {
            let answer = try HoneProcess.run("quantize", Example.model, "--data", data, "-o", folder.path("int8.onnx"))
            #expect(
                answer.status == 1 && answer.errors.contains(says) && !folder.exists("int8.onnx"), "\(answer.errors)")
        }
        let blank = try folder.write(
            FileBytes.npy([Float](repeating: .nan, count: 128), shape: [2, 1, 8, 8]), "blank.npy")
        let refused = try HoneProcess.run(
            "quantize", Example.model, "--data", blank, "--layout", "NCHW", "-o", folder.path("int8.onnx"))
        #expect(refused.status == 1 && refused.errors.contains("no element of 'input' was a finite number"))
        let last = try #require(refused.errors.split(separator: "\n").last)
        #expect(last.hasPrefix("hone: error: "), "no progress after the failure")
        #expect(!folder.exists("int8.onnx"))
        let holed = try folder.write(
            FileBytes.npy([Float.nan] + [Float](repeating: 0.5, count: 127), shape: [2, 1, 8, 8]), "nan.npy")
        let warned = try HoneProcess.run(
            "quantize", Example.model, "--data", holed, "--layout", "NCHW", "-o", folder.path("int8.onnx"))
        #expect(warned.status == 0 && warned.output.contains("warning     calibration met 1 NaN"), "\(warned.errors)")
    }

    @Test func aQuantizedModelIsNotQuantizedAgain() throws {
        #expect(try quantize("int8.onnx", ["--samples", "8"]).status == 0)
        let answer = try HoneProcess.run(
            "quantize", folder.path("int8.onnx"), "--data", Example.trainImages, "-o", folder.path("again.onnx"))
        #expect(answer.status == 1 && answer.errors.contains("quantized already") && !folder.exists("again.onnx"))
    }
}
