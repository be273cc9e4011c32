import Foundation
import Testing

@Suite struct OptimizeCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func theExample() throws {
        let answer = try HoneProcess.run(
            [
                "optimize", Example.model, "--data", Example.trainImages, "--eval-data", Example.images, "--labels",
                Example.labels, "--device", "cpu", "-o", folder.path("a/b"),
            ] + Example.preprocessing)
        #expect(answer.status == 0 && answer.output.contains("98.80 %"), "\(answer.errors)")
        #expect(answer.output.contains("layers      14 of 14 in int8"))
        #expect(answer.output.contains("recipe      balanced"))
        #expect(answer.output.hasSuffix("report      \(folder.path("a/b/report.html"))\n"))
        for name in ["model_int8.onnx", "calibration.cal", "report.json", "report.html"] {
            #expect(folder.exists("a/b/\(name)"))
        }
    }

    @Test(arguments: [
        (["--max-drop", "1"], 2, "--max-drop needs --labels"), (["--max-kl", "-1"], 2, "at least 0"),
        (["--device", "tpu"], 2, "'tpu' is no device"), (["--device", "cpu,opencl:97"], 1, "opencl:97"),
        (["--labels", Example.labels], 1, "500 labels are given for the 1297 samples"),
    ])
    func refusalsLeaveNothing(options: [String], status: Int32, says: String) throws {
        let answer = try HoneProcess.run(
            ["optimize", Example.model, "--data", Example.trainImages, "-o", folder.path("report")]
                + Example.preprocessing + options)
        #expect(answer.status == status && answer.errors.contains(says), "\(answer.errors)")
        #expect(answer.output.isEmpty && folder.names.isEmpty && answer.complaint.count == 1)
    }
}
