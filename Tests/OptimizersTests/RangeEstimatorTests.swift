import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct RangeEstimatorTests {
    private static let estimators: [any RangeEstimator] = {
        let always: [any RangeEstimator] = [MinMaxRange(), MeanMinMaxRange(), MeanSquaredErrorRange()]
        return always + ((try? PercentileRange()).map { [$0] } ?? [])
    }()

    private static func statistics(_ values: [Float]) -> TensorStatistics {
        var statistics = TensorStatistics()
        values.withUnsafeBufferPointer { statistics.add($0, samples: 1) }
        return statistics
    }

    /// The squared error on the values themselves.
    private static func error(_ values: [Float], _ range: ValueRange) -> Double {
        let quantization = ActivationQuantization(range, type: .uint8)
        return values.reduce(0) { sum, value in
            let real = dequantize(
                quantization.quantized(value), scale: quantization.scale, zeroPoint: quantization.zeroPoint)
            return sum + (Double(real) - Double(value)) * (Double(real) - Double(value))
        }
    }

    @Test func degenerateValuesGiveValidScales() {
        #expect(RangeEstimatorTests.estimators.count == 4)
        let cases: [[Float]] = [
            [], [0, 0], [5, 5], [-5, -5], [.nan], [.leastNonzeroMagnitude], [-.leastNonzeroMagnitude, 0],
            [3e38, -3e38], [1e-30, .infinity], [7],
        ]
        for values in cases {
            let statistics = RangeEstimatorTests.statistics(values)
            for estimator in RangeEstimatorTests.estimators {
                for type in QuantizedType.allCases {
                    let range = estimator.range(of: statistics, type: type)
                    #expect(range.low <= 0 && range.high >= 0 && range.low.isFinite && range.high.isFinite)
                    let quantization = ActivationQuantization(range, type: type)
                    #expect(ActivationQuantization.scales.contains(quantization.scale), "\(values) \(estimator.name)")
                    #expect((1 / quantization.scale).isNormal)
                    #expect((quantization.scale * quantization.scale).isNormal)
                    #expect(quantization.zeroPoint >= type.range.lowest && quantization.zeroPoint <= type.range.highest)
                    #expect(quantization.quantized(0) == quantization.zeroPoint)
                }
            }
        }
        let never = MinMaxRange().range(of: TensorStatistics(), type: .uint8)
        #expect(ActivationQuantization(never, type: .uint8).scale == 1)
    }

    @Test func constantsAreHeldExactly() {
        for value: Float in [5, -5, 0.1, -3e-7, 1e10] {
            let quantization = ActivationQuantization(exactly: value, type: .int8)
            let real = dequantize(
                quantization.quantized(value), scale: quantization.scale, zeroPoint: quantization.zeroPoint)
            #expect(real == value)
        }
    }

    @Test(arguments: [31, 32, 33, 34, 35, 36] as [UInt64])
    func leastSquaresIsNeverWorseThanMinMax(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let isRectified = Bool.random(using: &generator)
        let scale = Float.random(in: 0.01...100, using: &generator)
        // A sum of uniforms, cubed: long tails, so that clipping pays.
        let values = (0..<20_000).map { _ -> Float in
            let uniform = (0..<4).reduce(Float(0)) { sum, _ in sum + Float.random(in: -0.5...0.5, using: &generator) }
            let value = uniform * uniform * uniform * scale
            return isRectified ? max(value, 0) : value
        }
        let statistics = RangeEstimatorTests.statistics(values)
        let best = MeanSquaredErrorRange().range(of: statistics, type: .uint8)
        let full = MinMaxRange().range(of: statistics, type: .uint8)
        #expect(best.low >= full.low && best.high <= full.high)
        // The measure takes a bin as uniform; on 20,000 values that differs from the values' own error by a few percent.
        #expect(RangeEstimatorTests.error(values, best) <= RangeEstimatorTests.error(values, full) * 1.02)
        // Brute force over the same shrink factors, on the values themselves.
        var least = Double.infinity
        for high in 20...100 {
            let range = ValueRange(low: best.low, high: full.high * Float(high) / 100)
            least = min(least, RangeEstimatorTests.error(values, range))
        }
        #expect(RangeEstimatorTests.error(values, best) <= least * 1.05)
    }

    @Test func leastSquaresClipsAnOutlier() {
        var values = (0..<10_000).map { Float($0 % 1000) / 1000 }
        values.append(2.5)
        let range = MeanSquaredErrorRange().range(of: RangeEstimatorTests.statistics(values), type: .uint8)
        #expect(range.high >= 0.999 && range.high < 2.5)
    }

    @Test(arguments: [41, 42, 43] as [UInt64])
    func percentilesClipNoMoreThanAllowed(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let values = (0..<5000).map { _ in Float.random(in: -4...9, using: &generator) }.sorted()
        for percentage in [90.0, 99, 99.9, 100] {
            let range = try PercentileRange(percentage).range(
                of: RangeEstimatorTests.statistics(values), type: .uint8)
            let allowed = Int(5000 * (100 - percentage) / 200)
            #expect(values.count { $0 > range.high } <= allowed)
            #expect(values.count { $0 < range.low } <= allowed)
            // Within one bin, 16 / 1024, of the order statistic.
            #expect(range.high - values[5000 - 1 - allowed] <= 16.0 / 1024)
            #expect(values[allowed] - range.low <= 16.0 / 1024)
        }
        #expect(throws: HoneError.self) { try PercentileRange(0) }
        #expect(throws: HoneError.self) { try PercentileRange(100.1) }
        #expect(throws: HoneError.self) { try PercentileRange(.nan) }
    }

    @Test func aUniformRangeIsKept() {
        let values = (0...4000).map { Float($0) / 1000 - 2 }
        let range = MeanSquaredErrorRange().range(of: RangeEstimatorTests.statistics(values), type: .uint8)
        #expect(range.low < -1.9 && range.high > 1.9)
    }
}
