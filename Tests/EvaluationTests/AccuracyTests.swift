import Evaluation
import Foundation
import Tensors
import Testing

@Suite struct AccuracyTests {
    @Test func tiesGoToTheLowerIndex() throws {
        let scores = Tensor([1, 3, 3, 2, 0, 0, 0, 0] as [Float], shape: [2, 4])
        let rows = try ClassScores(scores)
        #expect(rows.predictions() == [1, 0])
        #expect(rows.rank(of: 2, inRow: 0) == 1)
        var accuracy = try Accuracy(topK: [1, 2])
        #expect(try accuracy.add(scores, labels: [2, 0]) == [false, true])
        #expect(accuracy.correctCounts == [1, 2])
        #expect(accuracy.percentage(topK: 1) == 50)
    }

    @Test func aNaNComesFirstAsInNumpy() throws {
        let rows = try ClassScores(Tensor([1, .nan, 5, .nan] as [Float], shape: [1, 4]))
        #expect(rows.predictions() == [1])
        #expect(rows.rank(of: 2, inRow: 0) == 2)
    }

    @Test func badLabelsAreErrors() throws {
        var accuracy = try Accuracy()
        let scores = Tensor([1, 2, 3] as [Float], shape: [1, 3, 1, 1])
        #expect(throws: HoneError.self) { try accuracy.add(scores, labels: [3]) }
        #expect(throws: HoneError.self) { try accuracy.add(scores, labels: [-1]) }
        #expect(throws: HoneError.self) { try accuracy.add(scores, labels: [0, 1]) }
        #expect(throws: HoneError.self) { try Accuracy(topK: [0]) }
        #expect(accuracy.sampleCount == 0)
    }

    @Test func partsMerge() throws {
        var first = try Accuracy(topK: [1])
        var second = first
        try first.add(Tensor([1, 2] as [Float], shape: [1, 2]), labels: [1])
        try second.add(Tensor([1, 2] as [Float], shape: [1, 2]), labels: [0])
        first.merge(second)
        #expect(first.percentage(topK: 1) == 50)
    }
}

@Suite struct PairedComparisonTests {
    /// 1,000 samples, 30 lost, 20 gained: drop 1 point. With half a sample in each cell the difference is 10 of 1,002 and
    /// sd = sqrt(51 - 100 / 1002) / 1002 = 0.0071202…
    @Test func theIntervalOfAWorkedExample() throws {
        var comparison = PairedComparison()
        try comparison.add(
            original: [Bool](repeating: true, count: 30) + [Bool](repeating: false, count: 20)
                + [Bool](repeating: true, count: 950),
            changed: [Bool](repeating: false, count: 30) + [Bool](repeating: true, count: 970))
        #expect(comparison.lostCount == 30 && comparison.gainedCount == 20)
        #expect(comparison.drop == 1)
        let interval = try #require(comparison.interval)
        let halfWidth = 195.9964 * (51 - 100.0 / 1002).squareRoot() / 1002
        #expect(abs(interval.lowerBound - (1000.0 / 1002 - halfWidth)) < 1e-5)
        #expect(abs(interval.upperBound - (1000.0 / 1002 + halfWidth)) < 1e-5)
        #expect(interval.contains(0))
    }

    /// From 92 % to 89 % are 3 points: not the 3.26 % that 3 is of 92.
    @Test func aDropIsInPercentagePoints() throws {
        var comparison = PairedComparison()
        let original = (0..<1000).map { $0 < 920 }
        let changed = (0..<1000).map { $0 >= 60 && $0 < 950 }
        try comparison.add(original: original, changed: changed)
        #expect(original.count { $0 } == 920 && changed.count { $0 } == 890)
        #expect(comparison.drop == 3.0)
    }

    /// 500 samples without a difference prove little: sd = sqrt(1) / 502.
    @Test func noDifferenceIsNoCertainty() throws {
        var comparison = PairedComparison()
        try comparison.add(
            original: [Bool](repeating: true, count: 500), changed: [Bool](repeating: true, count: 500))
        let interval = try #require(comparison.interval)
        #expect(abs(interval.upperBound - 195.9964 / 502) < 1e-5 && interval.lowerBound == -interval.upperBound)
    }

    @Test func agreementNeedsNoLabels() throws {
        var comparison = PairedComparison()
        #expect(comparison.drop == nil && comparison.agreement == nil)
        try comparison.add(originalPredictions: [1, 2, 3, 4], changedPredictions: [1, 2, 0, 4])
        #expect(comparison.agreement == 75)
        #expect(throws: HoneError.self) { try comparison.add(original: [true], changed: []) }
    }
}

@Suite struct OutputComparisonTests {
    @Test func ratioInDecibels() throws {
        var comparison = OutputComparison()
        try comparison.add(Tensor([10, 0] as [Float]), reference: Tensor([9, 0] as [Float]))
        #expect(comparison.maximumDifference == 1)
        #expect(comparison.relativeDifference == 1.0 / 9)
        #expect(comparison.signalToNoise == 10 * log10(81.0))
        try comparison.add(Tensor([Float.nan]), reference: Tensor([1 as Float]))
        #expect(comparison.maximumDifference == .infinity)
    }

    @Test func equalOutputsHaveNoNoise() throws {
        var comparison = OutputComparison()
        #expect(comparison.signalToNoise == nil)
        try comparison.add(
            Tensor([1, .nan, .infinity] as [Float]), reference: Tensor([1, .nan, .infinity] as [Float]))
        #expect(comparison.signalToNoise == .infinity && comparison.maximumDifference == 0)
        #expect(throws: HoneError.self) {
            try comparison.add(Tensor([1 as Float]), reference: Tensor([1, 2] as [Float]))
        }
    }
}
