/// What happened to each node of a quantized model, and why.
package struct QuantizationReport: Sendable {
    /// What became of a node.
    package enum Outcome: Sendable, Equatable {
        /// It reads and writes integers.
        case quantized
        /// It moves integers, which keep their scale.
        case passedThrough
        /// It runs between another node and that node's quantizer, without rounding in between.
        case fused(into: String)
        /// The quantizer's saturation does its work, so that the node was removed.
        case absorbed(into: String)
        /// It stays as it was, for this reason.
        case float(reason: String)
    }

    /// How a node's weights were quantized.
    package struct Weights: Sendable, Equatable {
        package let name: String
        /// The axis of the scales, nil for a single scale.
        package let axis: Int?
        package let scaleCount: Int
        /// Channels whose scale was raised so that the bias fits into int32.
        package let raisedChannels: [Int]
    }

    /// One node.
    package struct Entry: Sendable {
        package let node: String
        package let operatorType: String
        package let outcome: Outcome
        package let weights: Weights?
        /// What a recipe did to the layer, beside rounding to nearest.
        package var notes: [String] = []
    }

    /// One quantized value.
    package struct Activation: Sendable {
        package let value: String
        package let range: ValueRange
        package let quantization: ActivationQuantization
        /// The value whose scale it shares, itself if it shares none.
        package let sharedWith: String
        /// NaNs and infinities that calibration met and left out; anything but 0 deserves a look at the data.
        package let nonFiniteCount: UInt64
    }

    /// The method, in one line.
    package let summary: String
    /// In node order.
    package let entries: [Entry]
    /// In graph order.
    package let activations: [Activation]

    /// How many nodes stay float.
    package var floatCount: Int {
        entries.count { entry in
            if case .float = entry.outcome { true } else { false }
        }
    }
}
