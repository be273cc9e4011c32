import Tensors

/// `Q(mean of DQ(x))` over axes: x, its scale, its zero point, those of the result. com.microsoft QLinearReduceMean 1.
package struct QLinearReduceMean: QuantizedUnaryOperator {
    package static let identifier = OperatorIdentifier("QLinearReduceMean", domain: microsoftDomain)

    /// As in the file.
    package let axes: [Int]
    package let keepsDimensions: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        guard let axes = try attributes.ints("axes") else {
            throw HoneError(.invalidModel, "attribute axes is missing")
        }
        self.axes = axes
        keepsDimensions = try attributes.flag("keepdims", default: true)
    }

    /// The axes from the front, in ascending order; all of them where the file names none.
    package func reducedAxes(rank: Int) throws(HoneError) -> [Int] {
        guard !axes.isEmpty else { return Array(0..<rank) }
        let front = try axes.map { axis throws(HoneError) in try Operands.axis(axis, rank: rank) }
        guard Set(front).count == front.count else {
            throw HoneError(.invalidModel, "an axis is given twice in \(axes)")
        }
        return front.sorted()
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try quantizedOperand(operands)
        let reduced = Set(try reducedAxes(rank: x.rank))
        var shape: [Int] = []
        for (axis, size) in x.shape.enumerated() {
            if !reduced.contains(axis) {
                shape.append(size)
            } else if keepsDimensions {
                shape.append(1)
            }
        }
        return [TensorType(x.elementType, shape)]
    }
}
