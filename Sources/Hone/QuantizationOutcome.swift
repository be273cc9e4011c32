import Optimizers

extension QuantizationReport.Outcome: CustomStringConvertible {
    /// Whether the node computes on integers, or vanished into one that does.
    package var isQuantized: Bool {
        if case .float = self { false } else { true }
    }

    /// How, or why not.
    package var description: String {
        switch self {
        case .quantized: "int8"
        case .passedThrough: "int8, scale kept"
        case .fused(let node): "int8, fused into \(node)"
        case .absorbed(let node): "removed: the saturation of \(node) does its work"
        case .float(let reason): "float: \(reason)"
        }
    }
}
