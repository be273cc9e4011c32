import Foundation
import Tensors

/// How far a value is from its reference, summed up sample by sample: memory does not grow with the samples.
///
/// Sums are doubles, added within a channel of a sample first, then sample after sample, so that no figure depends on the
/// size of batches. An element that is not finite on either side is counted, and in no sum.
package struct ValueComparison: Sendable, Equatable {
    /// One channel's sums.
    private struct Sums: Sendable, Equatable {
        var signal = 0.0
        var power = 0.0
        var product = 0.0
        var noise = 0.0
        var absolute = 0.0

        static func += (left: inout Sums, right: Sums) {
            left.signal += right.signal
            left.power += right.power
            left.product += right.product
            left.noise += right.noise
            left.absolute += right.absolute
        }
    }

    /// Elements compared, those that are not finite included.
    package private(set) var elementCount = 0
    /// Elements that are not finite on either side.
    package private(set) var nonFiniteCount = 0
    /// Those of them that are not the same on both sides.
    package private(set) var mismatchCount = 0
    /// The largest difference of two finite elements.
    package private(set) var maximumError = 0.0
    /// Elements at the lowest and at the highest integer.
    package private(set) var lowestCount = 0
    package private(set) var highestCount = 0
    /// Those of them whose reference is beyond what that integer stands for by more than half a step.
    package private(set) var saturatedCount = 0
    private var channels: [Sums] = []

    package init() {}

    /// Takes in a batch.
    ///
    /// - Parameters:
    ///   - reference: the first dimension is the batch, the second the channels.
    ///   - tensor: of the same shape; reals, or integers that `integers` explains.
    /// - Precondition: the shapes are equal.
    mutating func add(_ reference: TensorView, _ tensor: Tensor, integers: QuantizedValue?) {
        precondition(reference.shape == tensor.shape && reference.elementType == .float32)
        let expected = reference.elements(as: Float.self)
        guard let integers else { return add(expected, tensor.floats(), reference.shape) }
        // A file may declare another type than its zero point has: then nothing can be said of saturation.
        guard let values = tensor.integers() else { return add(expected, tensor.floats(), reference.shape) }
        let (low, high) = (integers.range.lowerBound, integers.range.upperBound)
        let (floor, ceiling) = (integers.real(low) - integers.scale / 2, integers.real(high) + integers.scale / 2)
        for (index, value) in values.enumerated() {
            if value == low {
                lowestCount += 1
                if expected[index] < floor { saturatedCount += 1 }
            } else if value == high {
                highestCount += 1
                if expected[index] > ceiling { saturatedCount += 1 }
            }
        }
        add(expected, values.map { integers.real($0) }, reference.shape)
    }

    /// Takes in a batch of reals.
    package mutating func add(_ reference: Tensor, _ tensor: Tensor) {
        reference.floats().withUnsafeBufferPointer { add($0, tensor.floats(), reference.shape) }
    }

    private mutating func add(_ reference: UnsafeBufferPointer<Float>, _ values: [Float], _ shape: [Int]) {
        let samples = shape.first ?? 1
        guard !values.isEmpty, samples > 0 else { return }
        elementCount += values.count
        let count = shape.count > 1 ? shape[1] : 1
        if channels.count < count { channels += Array(repeating: Sums(), count: count - channels.count) }
        let size = values.count / samples / count
        values.withUnsafeBufferPointer { values in
            for sample in 0..<samples {
                for channel in 0..<count {
                    let start = (sample * count + channel) * size
                    channels[channel] += sums(reference, values, start..<(start + size))
                }
            }
        }
    }

    private mutating func sums(
        _ reference: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Float>, _ range: Range<Int>
    ) -> Sums {
        var (sums, largest) = (Sums(), maximumError)
        for index in range {
            let (expected, value) = (reference[index], values[index])
            guard expected.isFinite, value.isFinite else {
                nonFiniteCount += 1
                if expected != value, !(expected.isNaN && value.isNaN) { mismatchCount += 1 }
                continue
            }
            let (r, y) = (Double(expected), Double(value))
            let difference = y - r
            sums.signal += r * r
            sums.power += y * y
            sums.product += r * y
            sums.noise += difference * difference
            sums.absolute += difference.magnitude
            largest = max(largest, difference.magnitude)
        }
        maximumError = largest
        return sums
    }

    private var total: Sums { channels.reduce(into: Sums()) { $0 += $1 } }

    /// Elements that are in the sums.
    package var finiteCount: Int { elementCount - nonFiniteCount }

    /// Whether all elements are equal, those that are not finite included.
    package var isEqual: Bool { mismatchCount == 0 && channels.allSatisfy { $0.noise == 0 } }

    /// Signal-to-quantization-noise ratio in decibels: `10 log10(sum r^2 / sum (y - r)^2)`; infinite where nothing differs,
    /// minus infinity for noise over zeros, nil without finite elements.
    package var signalToNoise: Double? { finiteCount > 0 ? ValueComparison.decibels(total) : nil }

    /// `sum r y / sqrt(sum r^2 sum y^2)`; nil where one of the two is all zero.
    package var cosine: Double? {
        let total = total
        let norm = total.signal.squareRoot() * total.power.squareRoot()
        return norm > 0 ? min(max(total.product / norm, -1), 1) : nil
    }

    /// The mean of `|y - r|`; nil without finite elements.
    package var meanError: Double? { finiteCount > 0 ? total.absolute / Double(finiteCount) : nil }

    /// The channels with the lowest ratio, worst first; none where there is only one channel.
    package func worstChannels(_ count: Int) -> [(index: Int, signalToNoise: Double)] {
        guard channels.count > 1 else { return [] }
        let all = channels.enumerated().map { (index: $0.offset, signalToNoise: ValueComparison.decibels($0.element)) }
        let differing = all.filter { $0.signalToNoise < .infinity }
        return Array(differing.sorted { ($0.signalToNoise, $0.index) < ($1.signalToNoise, $1.index) }.prefix(count))
    }

    private static func decibels(_ sums: Sums) -> Double {
        sums.noise == 0 ? .infinity : 10 * log10(sums.signal / sums.noise)
    }
}
