import Tensors

/// The same elements under another shape. ONNX Reshape 5, 13, 14 (`allowzero`), 19, 21.
package struct Reshape: Operator {
    package static let identifier = OperatorIdentifier("Reshape")
    package static let inputCount = 2...2

    /// Whether a 0 in the shape means an empty dimension, not the input's own.
    package let allowsZero: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        allowsZero = attributes.opset >= 14 ? try attributes.flag("allowzero", default: false) : false
    }

    package var planTimeInputs: [Int] { [1] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        let target = try operands.requiredVector(1)
        var shape = target
        if !allowsZero {
            for (index, size) in target.enumerated() where size == 0 {
                guard index < type.rank else {
                    throw HoneError(.invalidModel, "shape \(target) copies dimension \(index) of \(type)")
                }
                shape[index] = type.shape[index]
            }
        }
        guard shape.allSatisfy({ $0 >= -1 }) else {
            throw HoneError(.invalidModel, "shape \(target) has a dimension below -1")
        }
        let count = type.elementCount
        if let open = shape.firstIndex(of: -1) {
            shape[open] = 1
            let known = try CheckedDimension.product(shape)
            guard !shape.contains(-1), known > 0, count % known == 0 else {
                throw HoneError(.invalidModel, "no size of dimension \(open) makes \(type) the shape \(target)")
            }
            shape[open] = count / known
        }
        guard try CheckedDimension.product(shape) == count else {
            throw HoneError(.invalidModel, "\(type) has \(count) elements, which do not fill the shape \(target)")
        }
        return [TensorType(type.elementType, shape)]
    }
}
