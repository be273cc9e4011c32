import Foundation
import Testing

@Suite struct EvaluateCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func evaluate(_ arguments: [String], model: String = Example.model) throws -> Answer {
        try HoneProcess.run(["evaluate", model] + Example.preprocessing + arguments)
    }

    private func quantized() throws -> String {
        let path = folder.path("int8.onnx")
        let answer = try HoneProcess.run(
            ["quantize", Example.model, "--data", Example.trainImages, "--samples", "64", "-o", path]
                + Example.preprocessing)
        #expect(answer.status == 0)
        return path
    }

    /// The accuracy that the example's README states.
    @Test func theExample() throws {
        let answer = try evaluate(["--data", Example.images, "--labels", Example.labels])
        #expect(answer.status == 0 && answer.output.contains("98.80 %"))
        #expect(answer.output.contains("500 samples on device cpu"))
        let json = try evaluate(["--data", Example.images, "--labels", Example.labels, "--json"]).json()
        #expect((json["accuracy"] as? [String: Double])?["top1"] == 98.8)
        #expect(json["reference"] is NSNull && json["referenceAccuracy"] is NSNull)
    }

    @Test func labelsAreNeededForAccuracy() throws {
        let answer = try evaluate(["--data", Example.images, "--limit", "10"])
        #expect(answer.status == 0 && answer.output.contains("no accuracy: give --labels"))
        #expect(!answer.output.contains("top-1"))
    }

    @Test func aReferenceGivesTheDrop() throws {
        let json = try evaluate(
            [
                "--data", Example.images, "--labels", Example.labels, "--reference", Example.model, "--limit", "200",
                "--batch", "64", "--top", "1,3", "--verify", "reference,reference:unfused", "--json",
            ], model: try quantized()
        ).json()
        #expect(
            Set(json.keys) == [
                "model", "reference", "device", "precision", "samples", "accuracy", "referenceAccuracy",
                "dropPercentagePoints",
                "drop95", "agreementPercent", "maximumDifference", "relativeDifference", "sqnrDecibels", "bytes",
                "referenceBytes", "latencyMilliseconds", "referenceLatencyMilliseconds", "verify",
            ])
        #expect(json["samples"] as? Int == 200 && json["device"] as? String == "cpu")
        let accuracy = try #require(json["accuracy"] as? [String: Double])
        let reference = try #require(json["referenceAccuracy"] as? [String: Double])
        #expect(Set(accuracy.keys) == ["top1", "top3"])
        let drop = try #require(json["dropPercentagePoints"] as? Double)
        #expect(abs(drop - ((reference["top1"] ?? 0) - (accuracy["top1"] ?? 0))) < 1e-9)
        let interval = try #require(json["drop95"] as? [Double])
        #expect(interval.count == 2 && interval[0] < drop && drop < interval[1])
        let verify = try #require(json["verify"] as? [String: Any])
        #expect(verify["equal"] as? Bool == true && verify["equalEndToEnd"] as? Bool == true)
    }

    @Test func classFoldersBringTheirLabels() throws {
        // The folders in alphabetical order are classes 0, 1, ...; a wrong order would put every image into a wrong class.
        let file = [UInt8](try Data(contentsOf: HoneProcess.root.appending(path: Example.labels)))
        let count = 40
        for index in 0..<count {
            // 500 bytes, at the end.
            let label = file[file.count - 500 + index]
            try folder.write(
                FileBytes.png(grey: try examplePixels(index), width: 8), "classes/digit\(label)/\(index).png")
        }
        let classes = try FileManager.default.contentsOfDirectory(atPath: folder.path("classes"))
        #expect(classes.count == 10, "forty images hold every digit")
        let json = try evaluate(["--data", folder.path("classes"), "--json"]).json()
        #expect(json["samples"] as? Int == count)
        #expect((json["accuracy"] as? [String: Double])?["top1"] ?? 0 > 90)
        // The classes take turns: the first ten images hold every digit, and are right as well.
        let first = try evaluate(["--data", folder.path("classes"), "--limit", "10", "--json"]).json()
        #expect((first["accuracy"] as? [String: Double])?["top1"] ?? 0 > 80)
    }

    @Test func wrongLabels() throws {
        let negative = try folder.write(
            FileBytes.npy("|i1", shape: [500], [UInt8](repeating: 255, count: 500)), "n.npy")
        let large = try folder.write(FileBytes.npy("|u1", shape: [500], [UInt8](repeating: 10, count: 500)), "l.npy")
        let float = try folder.write(FileBytes.npy([Float](repeating: 1, count: 500), shape: [500]), "f.npy")
        for (labels, says) in [
            (negative, "label -1 is no class number"), (large, "label 10 is none of the model's 10 classes"),
            (float, "labels are float; expected integers"),
        ] {
            let answer = try evaluate(["--data", Example.images, "--labels", labels])
            #expect(answer.status == 1 && answer.errors.contains(says), "\(answer.errors)")
            #expect(answer.errors.split(separator: "\n").count == 1)
        }
    }
}

@Suite struct VerifyCommandTests {
    @Test func fusionDoesNotShow() throws {
        let answer = try HoneProcess.run("verify", Example.model, "--device", "reference,reference:unfused")
        #expect(answer.status == 0 && answer.output.contains("end to end  equal"))
        let json = try HoneProcess.run(
            [
                "verify", Example.model, "--device", "reference,reference", "--data", Example.images, "--samples", "2",
                "--json",
            ]
                + Example.preprocessing
        ).json()
        #expect(
            Set(json.keys) == [
                "first", "second", "data", "equal", "withinBounds", "equalEndToEnd", "comparedNodes", "differingNodes",
                "firstDifference",
            ])
        #expect(json["equal"] as? Bool == true && json["differingNodes"] as? Int == 0)
        #expect(json["comparedNodes"] as? Int ?? 0 > 0 && json["firstDifference"] is NSNull)
    }

    @Test func seedsDoNotChangeTheVerdict() throws {
        for seed in ["0", "7"] {
            let answer = try HoneProcess.run(
                "verify", Example.model, "--device", "reference,reference", "--seed", seed, "--shape", "input=3x1x8x8")
            #expect(answer.status == 0 && answer.output.contains("random inputs, seed \(seed)"))
        }
    }
}
