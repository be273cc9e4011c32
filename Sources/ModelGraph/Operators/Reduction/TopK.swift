import Tensors

/// The `k` greatest (or least) elements along an axis with their indices, in order; of equals the lower index first.
/// ONNX TopK 1, 10, 11, 24.
///
/// NaN counts as greater than every number. Where the file asks for no order, it gets this one.
package struct TopK: Operator {
    package static let identifier = OperatorIdentifier("TopK")
    package static let inputCount = 1...2
    package static let outputCount = 1...2

    package let axis: Int
    package let takesLargest: Bool
    /// `k` where it is an attribute, before opset 10.
    private let attributeCount: Int?

    package var planTimeInputs: [Int] { attributeCount == nil ? [1] : [] }

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axis = try attributes.int("axis", default: -1)
        takesLargest = attributes.opset >= 11 ? try attributes.flag("largest", default: true) : true
        if attributes.opset >= 11 { _ = try attributes.flag("sorted", default: true) }
        guard attributes.opset < 10 else {
            attributeCount = nil
            return
        }
        guard let count = try attributes.int("k") else { throw HoneError(.invalidModel, "attribute k is missing") }
        attributeCount = count
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: .numeric)
        let axis = try Operands.axis(axis, rank: x.rank)
        let count = try count(operands)
        guard count >= 0, count <= x.shape[axis] else {
            throw HoneError(.invalidModel, "k is \(count), but axis \(axis) has \(x.shape[axis]) elements")
        }
        var shape = x.shape
        shape[axis] = count
        return [TensorType(x.elementType, shape), TensorType(.int64, shape)]
    }

    private func count(_ operands: Operands) throws(HoneError) -> Int {
        if let attributeCount { return attributeCount }
        let type = try operands.type(1, in: [.int64])
        guard let values = try operands.integers(1), values.count == 1 else {
            throw HoneError(.invalidModel, "k is \(type); expected one element")
        }
        return values[0]
    }
}
