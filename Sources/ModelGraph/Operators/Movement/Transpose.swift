import Tensors

/// Dimensions in another order, the reverse one by default. ONNX Transpose 1, 13, 21.
package struct Transpose: Operator {
    package static let identifier = OperatorIdentifier("Transpose")
    package static let inputCount = 1...1

    private let given: [Int]?

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        given = try attributes.ints("perm")
    }

    /// For each dimension of the output, the input's dimension that it is.
    ///
    /// - Throws: `.invalidModel` if `perm` is not a permutation of `rank` dimensions.
    package func permutation(rank: Int) throws(HoneError) -> [Int] {
        guard let given else { return Array((0..<rank).reversed()) }
        guard given.count == rank, given.sorted() == Array(0..<rank) else {
            throw HoneError(.invalidModel, "perm \(given) is not a permutation of \(rank) dimensions")
        }
        return given
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        return [TensorType(type.elementType, try permutation(rank: type.rank).map { type.shape[$0] })]
    }
}
