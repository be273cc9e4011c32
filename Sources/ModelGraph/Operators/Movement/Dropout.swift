import Tensors

/// The input itself: outside training nothing is dropped, and the mask is all ones. ONNX Dropout 7, 10, 12 (ratio and
/// mode as inputs), 13.
package struct Dropout: Operator {
    package static let identifier = OperatorIdentifier("Dropout")
    package static let inputCount = 1...3
    package static let outputCount = 1...2

    private let opset: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        opset = attributes.opset
        try attributes.expectInputs(opset < 12 ? 1...1 : 1...3)
        attributes.ignore(opset < 12 ? "ratio" : "seed")
    }

    package var planTimeInputs: [Int] { opset < 12 ? [] : [1, 2] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0, in: .floats)
        if let training = try operands.integers(2), training.contains(where: { $0 != 0 }) {
            // Without a ratio input the ratio is 0.5.
            let ratio = try operands.floats(1) ?? [0.5]
            guard ratio.allSatisfy({ $0 == 0 }) else {
                throw HoneError(
                    .unsupported, "training_mode is true and the ratio is not 0",
                    remedy: "export the model for inference")
            }
        }
        // Before Dropout 10 the mask had the type of the data.
        return [type, TensorType(opset < 10 ? type.elementType : .bool, type.shape)]
    }
}
