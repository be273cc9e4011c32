import Tensors

/// Cuts a tensor into parts along one axis. ONNX Split 2, 11 (sizes as attribute), 13 (as input), 18 (`num_outputs`).
package struct Split: Operator {
    package static let identifier = OperatorIdentifier("Split")
    package static let inputCount = 1...2
    package static let outputCount = 1...variadic

    package let axis: Int
    /// Below opset 13: the size of each part, nil for equal parts.
    package let sizes: [Int]?
    private let opset: Int
    /// From opset 18 on: the number of parts, where no sizes are given.
    private let partCount: Int?

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        opset = attributes.opset
        try attributes.expectInputs(opset < 13 ? 1...1 : 1...2)
        axis = try attributes.int("axis", default: 0)
        sizes = opset < 13 ? try attributes.ints("split") : nil
        partCount = opset >= 18 ? try attributes.int("num_outputs") : nil
        if let partCount, partCount != attributes.outputCount {
            throw HoneError(
                .invalidModel, "num_outputs is \(partCount), but the node has \(attributes.outputCount) outputs")
        }
    }

    package var planTimeInputs: [Int] { opset < 13 ? [] : [1] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        let axis = try Operands.axis(axis, rank: type.rank)
        return try partSizes(operands).map { size in
            var part = type
            part.shape[axis] = size
            return part
        }
    }

    /// The size of each part along the axis; they add up to the whole.
    package func partSizes(_ operands: Operands) throws(HoneError) -> [Int] {
        let type = try operands.type(0)
        let whole = type.shape[try Operands.axis(axis, rank: type.rank)]
        let count = operands.outputCount
        let input = opset < 13 ? nil : try operands.vector(1)
        guard let given = sizes ?? input else { return try evenSizes(whole: whole, count: count) }
        guard partCount == nil else {
            throw HoneError(.invalidModel, "both the input split and the attribute num_outputs are given")
        }
        guard given.count == count, given.allSatisfy({ $0 >= 0 }) else {
            throw HoneError(.invalidModel, "\(count) outputs cannot have the sizes \(given)")
        }
        var sum = 0
        for size in given { sum = try CheckedDimension.add(sum, size) }
        guard sum == whole else {
            throw HoneError(.invalidModel, "the sizes \(given) add up to \(sum), but the axis has \(whole)")
        }
        return given
    }

    private func evenSizes(whole: Int, count: Int) throws(HoneError) -> [Int] {
        if opset >= 18, partCount == nil {
            throw HoneError(.invalidModel, "neither the input split nor the attribute num_outputs is given")
        }
        if whole % count == 0 { return Array(repeating: whole / count, count: count) }
        guard opset >= 18 else {
            throw HoneError(.invalidModel, "an axis of \(whole) does not split into \(count) equal parts")
        }
        // Split 18: all parts alike but the last one, which is smaller.
        let size = whole / count + 1
        guard size <= whole / (count - 1) else {
            throw HoneError(.invalidModel, "an axis of \(whole) does not split into \(count) parts of \(size)")
        }
        return Array(repeating: size, count: count - 1) + [whole - size * (count - 1)]
    }
}
