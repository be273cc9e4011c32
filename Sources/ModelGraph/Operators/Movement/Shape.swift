import Tensors

/// The dimensions of a tensor, or some of them. ONNX Shape 1, 13, 15 (`start`, `end`), 19, 21.
package struct Shape: Operator {
    package static let identifier = OperatorIdentifier("Shape")
    package static let inputCount = 1...1
    package static let dependsOnTypesOnly = true

    private let start: Int
    private let end: Int?

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        start = attributes.opset >= 15 ? try attributes.int("start", default: 0) : 0
        end = attributes.opset >= 15 ? try attributes.int("end") : nil
    }

    /// The dimensions that are told, of a tensor of that shape.
    package func dimensions(of shape: [Int]) -> [Int] {
        func clamped(_ axis: Int) -> Int { min(max(axis < 0 ? axis + shape.count : axis, 0), shape.count) }
        let first = clamped(start)
        return Array(shape[first..<max(first, clamped(end ?? shape.count))])
    }

    package func outputsFromTypes(_ operands: Operands) throws(HoneError) -> [Tensor]? {
        [Tensor(dimensions(of: try operands.type(0).shape).map { Int64($0) })]
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [TensorType(.int64, [dimensions(of: try operands.type(0).shape).count])]
    }
}
