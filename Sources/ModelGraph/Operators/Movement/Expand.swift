import Tensors

/// Repeats dimensions of size 1 as numpy broadcasting with the given shape does. ONNX Expand 8, 13.
package struct Expand: Operator {
    package static let identifier = OperatorIdentifier("Expand")
    package static let opsets = 8...25
    package static let inputCount = 2...2

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package var planTimeInputs: [Int] { [1] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        let target = try operands.requiredVector(1)
        guard target.allSatisfy({ $0 >= 0 }), let shape = broadcastShape([type.shape, target]) else {
            throw HoneError(.invalidModel, "\(type) does not broadcast with shape \(target)")
        }
        return [TensorType(type.elementType, shape)]
    }
}
