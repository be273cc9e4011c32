import Evaluation
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct ValueComparisonTests {
    private func random(_ shape: [Int], _ generator: inout SeededGenerator) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &generator) }, shape: shape)
    }

    /// Figures that can be done in the head.
    @Test func figures() throws {
        var comparison = ValueComparison()
        comparison.add(
            Tensor([3, 4, 0, 10] as [Float], shape: [1, 2, 2]), Tensor([3, 4, 0, 9] as [Float], shape: [1, 2, 2]))
        // Signal 9 + 16 + 100, noise 1.
        #expect(abs(try #require(comparison.signalToNoise) - 10 * log10(125)) < 1e-12)
        #expect(comparison.meanError == 0.25 && comparison.maximumError == 1)
        #expect(abs(try #require(comparison.cosine) - 115 / (125.0 * 106).squareRoot()) < 1e-12)
        let worst = comparison.worstChannels(3)
        #expect(worst.map(\.index) == [1] && abs(worst[0].signalToNoise - 20) < 1e-12, "channel 0 is equal")
        #expect(!comparison.isEqual)
    }

    @Test func batchesDoNotShow() {
        var generator = SeededGenerator(seed: 77)
        let samples = (0..<12).map { _ in (random([1, 3, 5], &generator), random([1, 3, 5], &generator)) }
        func joined(_ tensors: [Tensor]) -> Tensor {
            Tensor(tensors.flatMap { $0.floats() }, shape: [tensors.count, 3, 5])
        }
        func compared(batch: Int) -> ValueComparison {
            var comparison = ValueComparison()
            for start in stride(from: 0, to: samples.count, by: batch) {
                let part = samples[start..<min(start + batch, samples.count)]
                comparison.add(joined(part.map(\.0)), joined(part.map(\.1)))
            }
            return comparison
        }
        #expect(compared(batch: 1) == compared(batch: 12) && compared(batch: 5) == compared(batch: 1))
    }

    /// Counted, and in no figure.
    @Test func whatIsNotFinite() {
        var comparison = ValueComparison()
        comparison.add(
            Tensor([.nan, .infinity, 1, .nan, 2] as [Float], shape: [1, 5]),
            Tensor([.nan, 3, 1, 0, 2.5] as [Float], shape: [1, 5]))
        #expect(comparison.nonFiniteCount == 3 && comparison.mismatchCount == 2 && comparison.elementCount == 5)
        #expect(comparison.maximumError == 0.5 && comparison.meanError == 0.25)
        var blank = ValueComparison()
        blank.add(Tensor([Float.nan], shape: [1, 1]), Tensor([Float.nan], shape: [1, 1]))
        #expect(blank.signalToNoise == nil && blank.cosine == nil && blank.meanError == nil && blank.isEqual)
        var zeros = ValueComparison()
        zeros.add(Tensor([0, 0] as [Float], shape: [1, 2]), Tensor([0, 1] as [Float], shape: [1, 2]))
        #expect(zeros.signalToNoise == -.infinity && zeros.cosine == nil)
    }
}

@Suite struct OutputLossTests {
    private func loss(_ output: [Float], _ reference: [Float], probabilities: Bool = false) throws -> OutputLoss {
        var loss = OutputLoss()
        let shape = [1, output.count]
        try loss.add(
            Tensor(output, shape: shape), reference: Tensor(reference, shape: shape), areProbabilities: probabilities,
            labels: nil)
        return loss
    }

    /// p = (1/4, 3/4) against q = (1/2, 1/2).
    @Test func divergence() throws {
        let expected = 0.25 * log(0.5) + 0.75 * log(1.5)
        let probabilities = try loss([0.5, 0.5], [0.25, 0.75], probabilities: true)
        #expect(abs(try #require(probabilities.klDivergence) - expected) < 1e-7)
        let logits = try loss([7, 7], [0, Float(log(3.0 as Double))])
        #expect(abs(try #require(logits.klDivergence) - expected) < 1e-7)
        #expect(try loss([1, 2, 3], [1, 2, 3]).klDivergence == 0)
        // Eight bits round small probabilities to 0.
        let rounded = try loss([1, 0], [0.999, 0.001], probabilities: true)
        #expect(try #require(rounded.klDivergence).isFinite)
    }

    @Test func scoresThatAreNotFiniteAreLeftOut() throws {
        let blank = try loss([.nan, 1], [0, 1])
        #expect(blank.klDivergence == nil && blank.nonFiniteCount == 1 && blank.sampleCount == 1)
    }

    @Test func otherShapesAreRefused() {
        #expect(throws: HoneError.self) {
            var loss = OutputLoss()
            try loss.add(
                Tensor([1, 2] as [Float], shape: [1, 2]), reference: Tensor([1, 2, 3] as [Float], shape: [1, 3]),
                areProbabilities: false, labels: nil)
        }
    }
}

@Suite struct FallbackSearchTests {
    /// Whatever the count that is needed, it is found, and tried.
    @Test(arguments: [1, 2, 3, 7, 8, 30, 53])
    func finds(layers: Int) throws {
        for needed in 0...layers {
            var tried: [Int] = []
            let found = try FallbackSearch.smallestCount(of: layers) { count in
                tried.append(count)
                return count >= needed
            }
            #expect(found == (needed < layers ? needed : nil), "\(needed) of \(layers)")
            #expect(tried.allSatisfy { (0..<layers).contains($0) } && Set(tried).count == tried.count)
            #expect(tried.count <= 2 + 2 * Int(log2(Double(layers)).rounded(.up)))
        }
    }

    /// A loss that does not fall with every layer: what is returned held when it was tried.
    @Test func returnsWhatHeld() throws {
        let holding: Set<Int> = [6, 7, 8, 9]
        let found = try FallbackSearch.smallestCount(of: 12) { holding.contains($0) }
        #expect(found.map { holding.contains($0) } == true)
        #expect(try FallbackSearch.smallestCount(of: 0) { _ in true } == nil)
    }
}
