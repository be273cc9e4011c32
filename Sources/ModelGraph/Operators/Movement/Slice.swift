import Tensors

/// Takes every `step`-th element between a start and an end of some axes. ONNX Slice 1 (bounds as attributes), 10, 11,
/// 13.
///
/// Walking backwards, an end of the largest integer is the last position, as the specification says; ONNX Runtime takes
/// it for "to the end".
package struct Slice: Operator {
    package static let identifier = OperatorIdentifier("Slice")
    package static let inputCount = 1...5

    /// What is taken of one axis: `count` elements from `start`, `step` apart.
    package struct Selection: Sendable, Equatable {
        package var start: Int
        package var step: Int
        package var count: Int
    }

    private let starts: [Int]?
    private let ends: [Int]?
    private let axes: [Int]?
    private let opset: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        opset = attributes.opset
        guard opset < 10 else {
            try attributes.expectInputs(3...5)
            (starts, ends, axes) = (nil, nil, nil)
            return
        }
        try attributes.expectInputs(1...1)
        starts = try attributes.ints("starts")
        ends = try attributes.ints("ends")
        axes = try attributes.ints("axes")
        guard starts != nil, ends != nil else {
            throw HoneError(.invalidModel, "attributes starts and ends are required")
        }
    }

    package var planTimeInputs: [Int] { opset < 10 ? [] : [1, 2, 3, 4] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        return [TensorType(type.elementType, try selections(operands).map(\.count))]
    }

    /// What is taken of each axis of the input.
    package func selections(_ operands: Operands) throws(HoneError) -> [Selection] {
        let shape = try operands.type(0).shape
        let starts = try operands.requiredVector(1, unless: self.starts)
        let ends = try operands.requiredVector(2, unless: self.ends)
        let given = try opset < 10 ? axes : operands.vector(3)
        let axes = try CheckedDimension.distinctAxes(given ?? Array(starts.indices), rank: shape.count)
        let steps = try (opset < 10 ? nil : operands.vector(4)) ?? Array(repeating: 1, count: axes.count)
        guard starts.count == axes.count, ends.count == axes.count, steps.count == axes.count else {
            throw HoneError(
                .invalidModel,
                "\(starts.count) starts, \(ends.count) ends and \(steps.count) steps for \(axes.count) axes")
        }
        var selections = shape.map { Selection(start: 0, step: 1, count: $0) }
        for (index, axis) in axes.enumerated() {
            guard steps[index] != 0 else { throw HoneError(.invalidModel, "the step of axis \(axis) is 0") }
            selections[axis] = Slice.selection(
                size: shape[axis], start: starts[index], end: ends[index], step: steps[index])
        }
        return selections
    }

    /// Clamps first, so that the largest and smallest integers, which exporters write for "to the end", are no trap.
    static func selection(size: Int, start: Int, end: Int, step: Int) -> Selection {
        func clamped(_ position: Int, _ low: Int, _ high: Int) -> Int {
            min(max(position < 0 ? position + size : position, low), high)
        }
        let start = step > 0 ? clamped(start, 0, size) : clamped(start, 0, size - 1)
        let end = step > 0 ? clamped(end, 0, size) : clamped(end, -1, size - 1)
        let distance = step > 0 ? end - start : start - end
        guard size > 0, distance > 0 else { return Selection(start: 0, step: 1, count: 0) }
        let count = Int((UInt(distance) - 1) / step.magnitude) + 1
        // A single element needs no step, and a huge one would overflow offsets.
        return Selection(start: start, step: count == 1 ? 1 : step, count: count)
    }
}
