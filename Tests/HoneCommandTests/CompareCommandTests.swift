import Foundation
import Testing

@Suite struct CompareCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func theExample() throws {
        let int8 = folder.path("int8.onnx")
        let made = try HoneProcess.run(
            ["quantize", Example.model, "--data", Example.trainImages, "--samples", "40", "-o", int8]
                + Example.preprocessing)
        #expect(made.status == 0)
        let arguments = ["compare", Example.model, int8, "--data", Example.images, "--samples", "30"]
        let answer = try HoneProcess.run(arguments + Example.preprocessing)
        #expect(answer.status == 0 && answer.output.contains("verdict     no layer loses more than 10 dB"))
        #expect(answer.errors.hasPrefix("Comparing: 30/30 samples"))
        let json = try HoneProcess.run(arguments + Example.preprocessing + ["--json"]).json()
        let layers = try #require(json["layers"] as? [[String: Any]])
        #expect(layers.compactMap { $0["node"] as? String }.contains("residual_add"))
        #expect(layers.allSatisfy { $0["quantized"] as? Bool == true })
    }

    @Test func sensitivityAndBudget() throws {
        let ranked = try HoneProcess.run(
            ["sensitivity", Example.model, "--data", Example.images, "--labels", Example.labels, "--samples", "24"]
                + Example.preprocessing)
        #expect(ranked.status == 0 && ranked.output.contains("drop of top-1") && ranked.output.contains("costs most"))
        let output = folder.path("int8.onnx")
        let held = try HoneProcess.run(
            [
                "quantize", Example.model, "--data", Example.trainImages, "--eval-data", Example.images, "--labels",
                Example.labels, "--max-drop", "1", "-o", output,
            ] + Example.preprocessing)
        #expect(held.status == 0 && held.output.contains("budget      1.0 pp held with 0 layer(s) in float"))
        #expect(held.output.contains("pp (95 % interval") && !held.output.contains("note"))
        let refused = try HoneProcess.run(
            ["quantize", Example.model, "--data", Example.images, "--max-kl", "0", "-o", folder.path("no.onnx")]
                + Example.preprocessing)
        #expect(refused.status == 1 && refused.complaint.count == 1 && refused.output.isEmpty)
        #expect(refused.errors.contains("the float model alone holds the budget of 0.0 nats"))
        #expect(folder.names == ["int8.onnx"])
    }

    @Test(arguments: [
        (["--max-drop", "1"], "--max-drop needs --labels"), (["--max-kl", "1", "--max-drop", "1"], "not both"),
        (["--labels", Example.labels], "--labels needs --max-drop or --max-kl"), (["--max-kl", "-1"], "at least 0"),
    ])
    func wrongBudgets(arguments: [String], says: String) throws {
        let answer = try HoneProcess.run(
            ["quantize", Example.model, "--data", Example.images, "-o", folder.path("int8.onnx")]
                + Example.preprocessing + arguments)
        #expect(answer.status == 2 && answer.errors.contains(says), "\(answer.errors)")
        #expect(folder.names.isEmpty)
    }
}
