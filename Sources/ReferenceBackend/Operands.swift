import Tensors

extension [TensorView?] {
    /// A required input, whose presence `inferTypes` has checked.
    func required(_ index: Int) -> TensorView {
        guard index < count, let view = self[index] else { preconditionFailure("input \(index) is absent") }
        return view
    }

    /// An optional input.
    func optional(_ index: Int) -> TensorView? { index < count ? self[index] : nil }
}

extension [MutableTensorView?] {
    /// An output that every node of the operator names.
    func required(_ index: Int) -> MutableTensorView {
        guard index < count, let view = self[index] else { preconditionFailure("output \(index) is absent") }
        return view
    }

    /// An optional output.
    func optional(_ index: Int) -> MutableTensorView? { index < count ? self[index] : nil }
}
