import Tensors

/// Inserts dimensions of size 1 at axes of the output. ONNX Unsqueeze 1, 11 (axes as attribute), 13, 21 (as input).
package struct Unsqueeze: Operator {
    package static let identifier = OperatorIdentifier("Unsqueeze")
    package static let inputCount = 1...2

    private let axes: [Int]?
    private let opset: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        opset = attributes.opset
        try attributes.expectInputs(opset < 13 ? 1...1 : 2...2)
        axes = opset < 13 ? try attributes.ints("axes") : nil
        guard opset >= 13 || axes != nil else { throw HoneError(.invalidModel, "attribute axes is missing") }
    }

    package var planTimeInputs: [Int] { opset < 13 ? [] : [1] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        let named = try operands.requiredVector(1, unless: axes)
        let rank = type.rank + named.count
        let inserted = Set(try CheckedDimension.distinctAxes(named, rank: rank))
        var rest = type.shape.makeIterator()
        let shape = (0..<rank).map { inserted.contains($0) ? 1 : rest.next() ?? 1 }
        return [TensorType(type.elementType, shape)]
    }
}
