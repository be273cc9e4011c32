import Foundation
import Testing

@Suite struct BenchmarkCommandTests {
    private static let quick = ["--runs", "2", "--device", "reference"]

    @Test func json() throws {
        let answer = try HoneProcess.run(
            ["benchmark", Example.model, "--json", "--threads", "1,2", "--batch", "1,3"] + Self.quick)
        #expect(answer.status == 0 && answer.errors.isEmpty)
        let runs = try #require(try answer.json()["runs"] as? [[String: Any]])
        #expect(runs.map { $0["threads"] as? Int } == [1, 2, 1, 2])
        #expect(runs.map { $0["batch"] as? Int } == [1, 1, 3, 3])
        for run in runs {
            let promised: Set = [
                "device", "isa", "threads", "batch", "latency_ms", "images_per_second", "peak_gops", "layers",
            ]
            #expect(promised.isSubset(of: run.keys))
            #expect(Set(["first_run_ms", "load_ms", "memory", "peaks"]).isSubset(of: run.keys))
            #expect(run["device"] as? String == "reference" && run["isa"] is NSNull)
            let latency = try #require(run["latency_ms"] as? [String: Double])
            #expect(Set(latency.keys) == ["median", "p90", "min"])
            let (least, median, p90) = (latency["min"] ?? 0, latency["median"] ?? 0, latency["p90"] ?? 0)
            #expect(0 < least && least <= median && median <= p90)
            let rate = try #require(run["images_per_second"] as? Double)
            #expect(abs(rate * median / 1e3 / Double(run["batch"] as? Int ?? 0) - 1) < 1e-9)
            #expect((run["peak_gops"] as? Double ?? 0) > 0)
            let layers = try #require(run["layers"] as? [[String: Any]])
            #expect(layers.count == 10)
            for layer in layers {
                #expect(
                    Set(layer.keys) == ["name", "operator", "output", "ms", "gops", "percent_of_peak", "density"])
            }
            #expect(layers[1]["name"] as? String == "widen_conv" && layers[1]["density"] as? Double == 1)
        }
    }

    @Test func sparsityShowsInTheLayers() throws {
        let answer = try HoneProcess.run(
            ["benchmark", Example.model, "--json", "--threads", "1", "--sparsity", "0.5"] + Self.quick)
        let runs = try #require(try answer.json()["runs"] as? [[String: Any]])
        let layers = try #require(runs.first?["layers"] as? [[String: Any]])
        let density = try #require(layers[1]["density"] as? Double)
        #expect(abs(density - 0.5) < 0.01)
    }

    @Test func tables() throws {
        let model = try HoneProcess.run(["benchmark", Example.model, "--layers", "--threads", "1"] + Self.quick)
        for text in ["median ms", "% of peak", "peak, 1 thread(s)", "widen_conv", "whole run"] {
            #expect(model.output.contains(text), "\(model.output)")
        }
        let product = try HoneProcess.run(["benchmark", "gemm", "--sizes", "32x48x64,16x16x16"] + Self.quick)
        #expect(product.status == 0 && product.output.contains("\n32x48x64") && product.output.contains("\n16x16x16"))
    }

    @Test(arguments: ["int8", "f32"])
    func layersOfAFile(type: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "# name C H W M kernel stride pad group count\nlayer 8 9 9 16 3 2 1 1 1 # end\n", "a.txt")
        let answer = try HoneProcess.run(["benchmark", "conv", "--sizes", file, "--type", type, "--json"] + Self.quick)
        let runs = try #require(try answer.json()["runs"] as? [[String: Any]])
        #expect(runs.count == 1 && runs[0]["name"] as? String == "layer")
        let layers = try #require(runs[0]["layers"] as? [[String: Any]])
        #expect(layers.contains { $0["operator"] as? String == (type == "int8" ? "QLinearConv" : "Conv") })
    }

    /// The files in the repository are layers of the networks that they name.
    @Test(arguments: [("resnet50", 4087), ("mobilenetv2", 299), ("vgg16", 15346)])
    func shapesOfNetworks(network: String, megaMACs: Int) throws {
        let path = HoneProcess.root.appending(path: "Benchmarks/Shapes/\(network).txt")
        var sum = 0
        for line in try String(contentsOf: path, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
            let n = line.split(separator: " ").dropFirst().compactMap { Int($0) }
            try #require(n.count == 9)
            let (height, width) = ((n[1] + 2 * n[6] - n[4]) / n[5] + 1, (n[2] + 2 * n[6] - n[4]) / n[5] + 1)
            sum += n[8] * height * width * n[3] * (n[0] / n[7]) * n[4] * n[4]
        }
        #expect(sum / 1_000_000 == megaMACs)
    }

    @Test(arguments: [
        (["benchmark"], "name a MODEL"),
        (["benchmark", "a", "b"], "[MODEL|gemm|conv|peaks]"),
        (["benchmark", "--synthetic", "resnet51"], "resnet18, resnet50, mobilenetv2, vgg16"),
        (["benchmark", Example.model, "--synthetic", "resnet18"], "and --synthetic"),
        (["benchmark", "--synthetic", "resnet18", "--side", "31"], "from 32"),
        (["benchmark", "--synthetic", "resnet18", "--seed", "x"], "whole number"),
        (["benchmark", Example.model, "--seed", "1"], "for --synthetic"),
        (["benchmark", "--synthetic", "resnet18", "--calibration", "--type", "int8"], "float model"),
        (["benchmark", Example.model, "--calibration", "--layers"], "takes no --layers"),
        (["benchmark", "peaks", "--batch", "2"], "takes no --batch"),
        (["benchmark", Example.model, "--json", "--json-to", "x"], "not both"),
        (["benchmark", Example.model, "--threads", "1,0"], "whole numbers from 1"),
        (["benchmark", Example.model, "--batch", "1,,2"], "whole numbers from 1"),
        (["benchmark", Example.model, "--device", "cpu,gpu"], "'gpu' is no device"),
        (["benchmark", Example.model, "--isa", "avx9"], "'avx9' is no instruction set"),
        (["benchmark", Example.model, "--sparsity", "1.5"], "from 0 to 1"),
        (["benchmark", Example.model, "--seconds", "0"], "above 0"),
        (["benchmark", Example.model, "--runs", "1", "--seconds", "1"], "not both"),
        (["benchmark", Example.model, "--type", "int8"], "for gemm and conv"),
        (
            ["benchmark", Example.model, "--interactive", "--threads", "1,2", "--device", "reference"],
            "one configuration"
        ),
        (["benchmark", "conv"], "--sizes is required"),
        (["benchmark", "gemm", "--sizes", "512x512"], "MxNxK"),
        (["benchmark", "gemm", "--batch", "2"], "its rows are the batch"),
        (["benchmark", "gemm", "--type", "int4"], "int8, f32"),
        (["benchmark", "gemm", "--interactive"], "takes a model"),
    ])
    func wrongCommandLines(arguments: [String], says: String) throws {
        let answer = try HoneProcess.run(arguments)
        #expect(answer.status == 2 && answer.output.isEmpty)
        #expect(answer.errors.contains(says), "\(answer.errors)")
    }

    /// What is printed and what is written are the same run.
    @Test func bothForms() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("a.json")
        let arguments = [
            "--synthetic", "mobilenetv2", "--side", "32", "--batch", "1,2", "--device", "cpu", "--runs", "2",
        ]
        let answer = try HoneProcess.run(["benchmark"] + arguments + ["--json-to", file])
        #expect(answer.status == 0 && answer.output.hasPrefix("device") && answer.errors.isEmpty)
        let written = try Data(contentsOf: URL(fileURLWithPath: file))
        let value = try JSONSerialization.jsonObject(with: written) as? [String: Any]
        let runs = try #require(value?["runs"] as? [[String: Any]])
        #expect(runs.map { $0["batch"] as? Int } == [1, 2] && runs[0]["name"] as? String == "mobilenetv2 int8")
    }

    @Test func calibration() throws {
        let answer = try HoneProcess.run(
            ["benchmark", Example.model, "--calibration", "--batch", "1,4", "--device", "cpu", "--runs", "3", "--json"])
        let runs = try #require(try answer.json()["calibrations"] as? [[String: Any]])
        #expect(runs.map { $0["batch"] as? Int } == [1, 4])
        for run in runs {
            let milliseconds = try #require(run["calibration_ms"] as? [String: Double])
            let rate = try #require(run["images_per_second"] as? Double)
            let batch = Double(run["batch"] as? Int ?? 0)
            #expect(abs(rate * (milliseconds["median"] ?? 0) / 1e3 / batch - 1) < 1e-9)
            #expect((run["forward_images_per_second"] as? Double ?? 0) > 0 && (run["values"] as? Int ?? 0) > 0)
        }
    }

    @Test func peaks() throws {
        let answer = try HoneProcess.run(["benchmark", "peaks", "--device", "cpu", "--threads", "1", "--json"])
        let peaks = try #require(try answer.json()["peaks"] as? [[String: Any]])
        #expect(peaks.count == 1 && peaks[0]["device"] as? String == "cpu")
        #expect((peaks[0]["int8_dot_gops"] as? Double ?? 0) > 0 && peaks[0]["int8_matrix_gops"] is NSNull)
    }

    @Test func interactive() throws {
        let answer = try HoneProcess.run(
            ["benchmark", Example.model, "--interactive", "--threads", "1"] + Self.quick, input: "go\ngo\n")
        #expect(answer.status == 0)
        let lines = try answer.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.count == 4 && lines[0]["ready"] as? Bool == true)
        #expect((lines[1]["samples_ms"] as? [Double])?.count == 2)
        let runs = try #require(lines[3]["runs"] as? [[String: Any]])
        #expect(runs.count == 1 && runs[0]["timed_runs"] as? Int == 4)
        let wrong = try HoneProcess.run(
            ["benchmark", Example.model, "--interactive", "--threads", "1"] + Self.quick, input: "stop\n")
        #expect(wrong.status == 1 && wrong.errors.contains("'stop' on standard input"))
    }
}
