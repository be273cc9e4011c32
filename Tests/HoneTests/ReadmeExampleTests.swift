import Hone
import Testing

/// What README.md shows, compiled and run; `RepositoryTests` holds the two texts against each other.
@Suite struct ReadmeExampleTests {
    @Test func theExampleRuns() async throws {
        let folder = try TemporaryFolder()
        let (floatPath, int8Path) = (Digits.path, folder.path("digits_int8.onnx"))
        let images = try (0..<64).map { try Digits.images($0..<($0 + 1)) }
        let image = images[0]
        // README example begin
        let model = try Model(path: floatPath)
        let outputs = try model.session().run(["input": image])

        // Samples come from wherever you have them, one batch at a time.
        let samples = AsyncStream<[String: Tensor]> { stream in
            for image in images { stream.yield(["input": image]) }
            stream.finish()
        }
        let quantized = try await model.quantized(calibratingOn: samples)
        for layer in quantized.layers where !layer.isQuantized { print(layer.node, layer.reason) }
        try quantized.model.save(to: int8Path)

        let session = try Model(path: int8Path).session()
        let int8Outputs = try session.run(["input": image])
        // README example end
        let (scores, int8Scores) = (try #require(outputs["output"]), try #require(int8Outputs["output"]))
        #expect(scores.shape == [1, 10] && int8Scores.shape == [1, 10])
        #expect(argmax(scores) == argmax(int8Scores))
        #expect(quantized.sampleCount == 64 && quantized.layers.allSatisfy(\.isQuantized))
        #expect(session.device == .automatic)
    }

    private func argmax(_ tensor: Tensor) -> Int? {
        let scores = tensor.floats()
        return scores.indices.max { scores[$0] < scores[$1] }
    }
}
