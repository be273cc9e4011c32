import Tensors

/// What a fused operator does to each element of its float result.
package enum FusedActivation: Sendable, Hashable {
    case none
    case relu
    case clip(low: Float, high: Float)
    case leaky(alpha: Float)

    private enum Kind: String, CaseIterable {
        case none = "None"
        case relu = "Relu"
        case clip = "Clip"
        case leakyRelu = "LeakyRelu"
    }

    /// Reads `activation` and its parameters: `activation_min` and `activation_max`, or `activation_alpha`.
    init(_ attributes: inout AttributeReader) throws(HoneError) {
        switch try attributes.choice("activation", default: Kind.none) {
        case .none:
            self = .none
        case .relu:
            self = .relu
        case .clip:
            let low = try attributes.float("activation_min", default: -.infinity)
            let high = try attributes.float("activation_max", default: .infinity)
            guard !low.isNaN, !high.isNaN else { throw HoneError(.invalidModel, "a bound of the activation is NaN") }
            self = .clip(low: low, high: high)
        case .leakyRelu:
            self = .leaky(alpha: try attributes.float("activation_alpha", default: 0.01))
        }
    }
}
