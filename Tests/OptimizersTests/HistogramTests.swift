import Optimizers
import TestSupport
import Testing

@Suite struct HistogramTests {
    /// Values of every magnitude that float32 has, subnormals, powers of two and zeros among them.
    private static func values(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
        (0..<count).map { _ in
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: 0
            case 1: -0.0
            case 2: Float(bitPattern: UInt32.random(in: 0..<0x80_0000, using: &generator))
            case 3: -Float(sign: .plus, exponent: Int.random(in: -140...127, using: &generator), significand: 1)
            case 4: Float(sign: .plus, exponent: Int.random(in: -140...127, using: &generator), significand: 1)
            default: Float.random(in: -10...10, using: &generator)
            }
        }
    }

    private static func histogram(_ values: [Float]) -> Histogram {
        var histogram = Histogram()
        values.withUnsafeBufferPointer { histogram.add($0) }
        return histogram
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func orderBatchesAndShardsDoNotMatter(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let values = HistogramTests.values(400, &generator)
        let whole = HistogramTests.histogram(values)
        #expect(whole.totalCount == 400)

        var batched = Histogram()
        var rest = values.shuffled(using: &generator)[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Int.random(in: 1...50, using: &generator)))
            rest = rest.dropFirst(batch.count)
            batch.withUnsafeBufferPointer { batched.add($0) }
        }
        #expect(batched == whole)

        let cut = Int.random(in: 0...400, using: &generator)
        var left = HistogramTests.histogram(Array(values[..<cut]))
        let right = HistogramTests.histogram(Array(values[cut...]))
        var mirrored = right
        mirrored.merge(left)
        left.merge(right)
        #expect(left == whole)
        #expect(mirrored == whole)
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func everyValueLiesInItsBin(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let scale = Float(sign: .plus, exponent: Int.random(in: -30...30, using: &generator), significand: 1)
        let values = (0..<300).map { _ in Float.random(in: -3...7, using: &generator) * scale }
        let histogram = HistogramTests.histogram(values)
        for bin in 0..<Histogram.binCount {
            let (lower, upper) = histogram.bounds(ofBin: bin)
            let expected = values.count { Double($0) >= lower && Double($0) < upper && $0 != 0 }
            #expect(histogram.counts[bin] == UInt64(expected))
        }
    }

    @Test func theExponentIsTheSmallestThatHoldsAll() {
        #expect(HistogramTests.histogram([1]).exponent == 1)
        #expect(HistogramTests.histogram([-1]).exponent == 0)
        #expect(HistogramTests.histogram([0.999]).exponent == 0)
        #expect(HistogramTests.histogram([-1.001]).exponent == 1)
        #expect(HistogramTests.histogram([.greatestFiniteMagnitude]).exponent == 128)
        #expect(HistogramTests.histogram([]).exponent == Histogram.minimumExponent)
    }

    @Test func doublingAddsNeighbours() {
        var histogram = HistogramTests.histogram([0.25, 0.2500001, -0.25, -0.9999, 0.9999])
        let before = histogram
        #expect(before.exponent == 0)
        [1.5 as Float].withUnsafeBufferPointer { histogram.add($0) }
        #expect(histogram.exponent == 1)
        for bin in 512..<1536 where bin != 1024 + 768 {
            #expect(histogram.counts[bin] == before.counts[2 * bin - 1024] + before.counts[2 * bin - 1023])
        }
    }

    @Test func tinyValuesKeepTheirSignAndNonFiniteOnesAreLeftOut() {
        let histogram = HistogramTests.histogram([
            -.leastNonzeroMagnitude, .leastNonzeroMagnitude, .nan, .infinity, -.infinity, 0, -0.0, 1e38,
        ])
        #expect(histogram.counts[1023] == 1)
        #expect(histogram.counts[1024] == 1)
        #expect(histogram.zeroCount == 2)
        #expect(histogram.totalCount == 5)
        #expect(histogram.exponent == 127)
    }
}
