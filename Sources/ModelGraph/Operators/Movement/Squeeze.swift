import Tensors

/// Drops dimensions of size 1. ONNX Squeeze 1, 11 (axes as attribute), 13, 21 (as input).
package struct Squeeze: Operator {
    package static let identifier = OperatorIdentifier("Squeeze")
    package static let inputCount = 1...2

    private let axes: [Int]?
    private let opset: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        opset = attributes.opset
        try attributes.expectInputs(opset < 13 ? 1...1 : 1...2)
        axes = opset < 13 ? try attributes.ints("axes") : nil
    }

    package var planTimeInputs: [Int] { opset < 13 ? [] : [1] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        let named = try (opset < 13 ? axes : operands.vector(1)) ?? []
        // ONNX Runtime reads an empty list as an absent one.
        guard !named.isEmpty else { return [TensorType(type.elementType, type.shape.filter { $0 != 1 })] }
        var dropped: Set<Int> = []
        for axis in named { dropped.insert(try Operands.axis(axis, rank: type.rank)) }
        for axis in dropped.sorted() where type.shape[axis] != 1 {
            throw HoneError(.invalidModel, "axis \(axis) of \(type) is not of size 1")
        }
        let kept = type.shape.indices.filter { !dropped.contains($0) }
        return [TensorType(type.elementType, kept.map { type.shape[$0] })]
    }
}
