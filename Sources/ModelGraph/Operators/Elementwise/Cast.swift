import Tensors

/// The same values in another element type. ONNX Cast 6, 9, 13, 19, 21, 23, 24, 25.
///
/// Floating point becomes an integer by dropping the fraction; what does not fit saturates and a NaN becomes 0, which
/// ONNX leaves open. An integer that does not fit another integer type keeps its low bits.
package struct Cast: Operator {
    package static let identifier = OperatorIdentifier("Cast")
    package static let inputCount = 1...1

    /// The element type of the result.
    package let target: ElementType

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        guard let code = try attributes.int("to") else {
            throw HoneError(.invalidModel, "attribute to is missing")
        }
        // Both speak of 8-bit floating-point targets alone, which are refused here.
        if attributes.opset >= 19 { attributes.ignore("saturate") }
        if attributes.opset >= 24 { attributes.ignore("round_mode") }
        target = try ElementType.supported(code: code)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [TensorType(target, try operands.type(0, in: .all).shape)]
    }
}

extension ElementType {
    /// The element type of an `onnx.TensorProto.DataType` number in an attribute.
    ///
    /// - Throws: `.unsupported` naming the type, if Hone refuses it.
    static func supported(code: Int) throws(HoneError) -> ElementType {
        if let known = Int32(exactly: code).flatMap(ElementType.init(rawValue:)) { return known }
        let name = Int32(exactly: code).map { ElementType.name(ofONNXCode: $0) } ?? "data type \(code)"
        throw HoneError(.unsupported, "element type \(name) is not supported")
    }
}
