import Foundation
import Tensors

/// How far outputs are from those of a reference, batch by batch.
package struct OutputComparison: Sendable, Equatable {
    /// Elements compared.
    package private(set) var elementCount = 0
    /// The largest difference of two elements; infinite if one of a pair is not finite and they differ.
    package private(set) var maximumDifference = 0.0
    /// The largest magnitude in the reference.
    package private(set) var largestMagnitude = 0.0
    private var signal = 0.0
    private var noise = 0.0

    package init() {}

    /// Takes in a batch.
    ///
    /// - Throws: `.invalidInput` if the shapes differ.
    package mutating func add(_ output: Tensor, reference: Tensor) throws(HoneError) {
        guard output.shape == reference.shape else {
            throw HoneError(.invalidInput, "an output of shape \(output.shape) against \(reference.shape)")
        }
        for (value, expected) in zip(output.floats(), reference.floats()) {
            elementCount += 1
            if value == expected || (value.isNaN && expected.isNaN) {
                if expected.isFinite { include(Double(expected)) }
                continue
            }
            guard value.isFinite, expected.isFinite else {
                maximumDifference = .infinity
                noise = .infinity
                continue
            }
            include(Double(expected))
            let difference = Double(value) - Double(expected)
            maximumDifference = max(maximumDifference, difference.magnitude)
            noise += difference * difference
        }
    }

    /// The largest difference over the largest magnitude of the reference; nil if the reference is all zero.
    package var relativeDifference: Double? { largestMagnitude > 0 ? maximumDifference / largestMagnitude : nil }

    /// Signal-to-quantization-noise ratio in decibels: `10 log10(sum r^2 / sum (y - r)^2)`; infinite where nothing
    /// differs, nil before the first element.
    package var signalToNoise: Double? {
        guard elementCount > 0 else { return nil }
        if noise == 0 { return .infinity }
        return 10 * log10(signal / noise)
    }

    private mutating func include(_ expected: Double) {
        largestMagnitude = max(largestMagnitude, expected.magnitude)
        signal += expected * expected
    }
}
