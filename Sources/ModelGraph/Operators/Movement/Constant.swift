import Tensors

/// A tensor written into the node. ONNX Constant 1, 9, 11, 12 (`value_int` and the like), 13, 19, 21.
package struct Constant: Operator {
    package static let identifier = OperatorIdentifier("Constant")
    package static let inputCount = 0...0
    package static let dependsOnTypesOnly = true

    /// The value, in the model's own element type.
    package let value: Tensor

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        var values: [Tensor] = []
        if let tensor = try attributes.tensor("value") { values.append(tensor) }
        if attributes.opset >= 12 {
            if let float = try attributes.float("value_float") { values.append(Tensor(scalar: float)) }
            if let int = try attributes.int("value_int") { values.append(Tensor(scalar: Int64(int))) }
            if let floats = try attributes.floats("value_floats") { values.append(Tensor(floats)) }
            if let ints = try attributes.ints("value_ints") { values.append(Tensor(ints.map { Int64($0) })) }
        }
        // Names the sparse and string forms, which are not read, before the missing value.
        try attributes.finish()
        guard values.count == 1 else {
            throw HoneError(.invalidModel, "one value attribute must be given, but there are \(values.count)")
        }
        value = values[0]
    }

    package func outputsFromTypes(_ operands: Operands) throws(HoneError) -> [Tensor]? { [value] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] { [value.type] }
}
