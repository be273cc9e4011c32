import Foundation
import Hone
import Testing

/// What `hone optimize` does, from the library alone.
@Suite struct OptimizationTests {
    private let folder = try? TemporaryFolder()

    private func samples(_ part: Range<Int>) throws -> EvaluationData {
        EvaluationData(
            try stride(from: part.lowerBound, to: part.upperBound, by: 32).map { first in
                let range = first..<min(first + 32, part.upperBound)
                return EvaluationData.Batch(
                    feed: ["input": try Digits.images(range)], labels: try Digits.labels(range))
            })
    }

    @Test func allStepsAndTheFolder() throws {
        let output = try #require(folder).path("report")
        var settings = OptimizationSettings()
        settings.devices = [.cpu]
        settings.benchmarkSeconds = 0.05
        var steps: [OptimizationProgress.Step] = []
        let data = OptimizationData(calibration: try samples(0..<96), evaluation: try samples(96..<500))
        let optimized = try Model(path: Digits.path).optimized(settings, on: data) { progress in
            if steps.last != progress.step { steps.append(progress.step) }
        }
        #expect(steps == [.calibrate, .quantize, .evaluate, .benchmark, .compare, .verify])
        #expect(optimized.forms.map(\.name) == ["float", "int8"])
        let int8 = try #require(optimized.forms.last)
        let (before, after) = (try #require(optimized.forms[0].top1), try #require(int8.top1))
        let loss = try #require(int8.loss)
        let drop = try #require(loss.drop)
        #expect(loss.sampleCount == 404 && abs(drop - (before - after)) < 1e-9)
        #expect(optimized.forms.allSatisfy { $0.timings.count == 1 && $0.timings[0].medianMilliseconds > 0 })
        #expect(optimized.calibration.sampleCount == 96 && optimized.comparison.loss.sampleCount == 128)
        try optimized.write(to: output, origin: OptimizationOrigin(path: Digits.path))
        let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
        #expect(names == ["calibration.cal", "model_int8.onnx", "report.html", "report.json"])
        let record = try Calibration(path: output + "/calibration.cal")
        #expect(record == optimized.calibration)
        _ = try Model(path: output + "/model_int8.onnx").session(on: .reference)
    }

    @Test func whatCannotWorkIsRefusedBeforeAnyWork() throws {
        let model = try Model(path: Digits.path)
        let data = OptimizationData(calibration: try samples(0..<32), evaluation: try samples(32..<64))
        func refusal(_ change: (inout OptimizationSettings) -> Void) -> HoneError.Code? {
            var settings = OptimizationSettings()
            change(&settings)
            var isWorking = false
            do throws(HoneError) {
                _ = try model.optimized(settings, on: data) { _ in isWorking = true }
                return nil
            } catch {
                return isWorking ? nil : error.code
            }
        }
        #expect(refusal { $0.devices = [.openCL(97)] } == .device)
        #expect(refusal { $0.devices = [] } == .invalidOption)
        #expect(refusal { $0.budget = .drop(-1) } == .invalidOption)
        #expect(refusal { $0.benchmarkSeconds = .nan } == .invalidOption)
    }
}
