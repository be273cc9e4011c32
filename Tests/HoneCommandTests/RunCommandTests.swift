import Foundation
import Testing

@Suite struct RunCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) throws -> Answer {
        try HoneProcess.run(["run", Example.model] + arguments)
    }

    /// The example's first test images as float32, prepared outside.
    private func prepared(_ indices: [Int], _ name: String) throws -> String {
        let pixels = try indices.flatMap { try examplePixels($0).map { Float($0) / 16 } }
        return try folder.write(FileBytes.npy(pixels, shape: [indices.count, 1, 8, 8]), name)
    }

    @Test func arraysAreFedAsTheyAre() throws {
        let y = folder.path("y.npy")
        let answer = try run("--input", try prepared([0, 1, 2], "x.npy"), "--output", y)
        #expect(answer.status == 0 && answer.output.hasPrefix("output: float[3, 10]  ") && answer.errors.isEmpty)
        #expect(try floats(ofNumPyFile: y).count == 30)
    }

    @Test func preprocessingDoesWhatIsSaid() throws {
        let (one, other) = (folder.path("one.npy"), folder.path("other.npy"))
        let pixels = try folder.write(FileBytes.npy("|u1", shape: [1, 8, 8, 1], try examplePixels(4)), "pixels.npy")
        #expect(try run("--input", try prepared([4], "x.npy"), "--output", one).status == 0)
        #expect(try run("--input", pixels, "--div", "16", "--output", other).status == 0)
        #expect(try floats(ofNumPyFile: one) == floats(ofNumPyFile: other))
        #expect(try run("--input", pixels, "--div", "16", "--mean", "0.5", "--output", other).status == 0)
        #expect(try floats(ofNumPyFile: one) != floats(ofNumPyFile: other))
    }

    @Test func imagesAreDecodedAndPrepared() throws {
        let (one, other) = (folder.path("one.npy"), folder.path("other.npy"))
        let image = try folder.write(FileBytes.png(grey: try examplePixels(7), width: 8), "digit.png")
        #expect(try run("--input", "input=\(image)", "--div", "16", "--output", one).status == 0)
        #expect(try run("--input", try prepared([7], "x.npy"), "--output", other).status == 0)
        #expect(try floats(ofNumPyFile: one) == floats(ofNumPyFile: other))
        let large = try folder.write(
            FileBytes.png(grey: [UInt8](repeating: 9, count: 20 * 10), width: 20), "large.png")
        let refused = try run("--input", large, "--div", "16")
        #expect(refused.status == 1 && refused.errors.contains("--resize 8x8"))
        #expect(try run("--input", large, "--div", "16", "--resize", "8", "--crop", "8x8").status == 0)
    }

    @Test func aFolderForTheOutputs() throws {
        let target = folder.path("out")
        #expect(try run("--input", try prepared([0, 1], "x.npy"), "--output-dir", target).status == 0)
        let list = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: target + "/outputs.json")))
        let entries = try #require(list as? [[String: Any]])
        #expect(entries.count == 1)
        #expect(entries[0]["name"] as? String == "output" && entries[0]["elementType"] as? String == "float")
        #expect(entries[0]["shape"] as? [Int] == [2, 10])
        let file = try #require(entries[0]["file"] as? String)
        #expect(try floats(ofNumPyFile: target + "/" + file).count == 20)
    }

    @Test func severalSetsInOneProcess() throws {
        let sets = try [[0], [1, 2]].enumerated().map { index, images in
            [
                "inputs": ["input": try prepared(images, "x\(index).npy")],
                "outputDirectory": folder.path("out\(index)"),
            ] as [String: Any]
        }
        let file = try folder.write(Array(try JSONSerialization.data(withJSONObject: sets)), "sets.json")
        #expect(try run("--sets", file).status == 0)
        #expect(try floats(ofNumPyFile: folder.path("out0/0_output.npy")).count == 10)
        #expect(try floats(ofNumPyFile: folder.path("out1/0_output.npy")).count == 20)
        #expect(try run("--sets", file, "--input", "x.npy").status == 2)
    }

    @Test func outputAsJSON() throws {
        let answer = try run("--input", try prepared([0], "x.npy"), "--json")
        let outputs = try #require(try answer.json()["outputs"] as? [[String: Any]])
        #expect(outputs.count == 1 && outputs[0]["name"] as? String == "output")
        #expect(outputs[0]["shape"] as? [Int] == [1, 10] && (outputs[0]["values"] as? [Double])?.count == 10)
    }

    @Test func profiles() throws {
        let input = try prepared([0], "x.npy")
        let table = try run("--input", input, "--profile")
        #expect(table.output.contains("GlobalAveragePool") && table.output.contains(" ms on cpu"))
        let json = try run("--input", input, "--profile", "--json", "--output", folder.path("y.npy")).json()
        let steps = try #require(json["steps"] as? [[String: Any]])
        #expect(json["device"] as? String == "cpu" && steps.count > 5)
        #expect(steps.allSatisfy { Set($0.keys) == ["operator", "name", "output", "milliseconds"] })
        #expect(folder.exists("y.npy"))
    }

    @Test func threadsDoNotShow() throws {
        let input = try prepared([0, 1, 2, 3], "x.npy")
        #expect(try run("--input", input, "--threads", "1", "--output", folder.path("1.npy")).status == 0)
        #expect(try run("--input", input, "--threads", "2", "--output", folder.path("2.npy")).status == 0)
        #expect(try floats(ofNumPyFile: folder.path("1.npy")) == floats(ofNumPyFile: folder.path("2.npy")))
    }
}
