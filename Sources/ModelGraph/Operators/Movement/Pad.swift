import Tensors

/// Adds elements before and after each axis; a negative pad removes them. ONNX Pad 2 (pads as attribute), 11, 13, 18
/// (`axes`), 19 (`wrap`), 21.
package struct Pad: Operator {
    package static let identifier = OperatorIdentifier("Pad")
    package static let inputCount = 1...4

    package enum Mode: String, CaseIterable, Sendable { case constant, edge, reflect, wrap }

    package let mode: Mode
    /// Below opset 11: the fill of mode `constant`.
    package let value: Float
    private let pads: [Int]?
    private let opset: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        opset = attributes.opset
        mode = try attributes.choice("mode", default: .constant)
        guard mode != .wrap || opset >= 19 else {
            throw HoneError(.unsupported, "mode 'wrap' exists from opset 19 on")
        }
        guard opset < 11 else {
            try attributes.expectInputs(opset < 18 ? 2...3 : 2...4)
            (value, pads) = (0, nil)
            return
        }
        try attributes.expectInputs(1...1)
        value = try attributes.float("value", default: 0)
        pads = try attributes.ints("pads")
        guard pads != nil else { throw HoneError(.invalidModel, "attribute pads is missing") }
    }

    package var planTimeInputs: [Int] { opset < 11 ? [] : [1, 3] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = opset < 11 ? try operands.type(0, in: .floats) : try operands.type(0)
        if let fill = operands.optionalType(2) {
            guard fill.elementType == type.elementType, fill.elementCount == 1 else {
                throw HoneError(.invalidModel, "the fill is \(fill), but must be one \(type.elementType)")
            }
        }
        var shape: [Int] = []
        for (size, pad) in zip(type.shape, try amounts(operands)) {
            shape.append(try padded(size, pad))
        }
        return [TensorType(type.elementType, shape)]
    }

    /// What is added before and after each axis of the input.
    package func amounts(_ operands: Operands) throws(HoneError) -> [(before: Int, after: Int)] {
        let rank = try operands.type(0).rank
        let pads = try operands.requiredVector(1, unless: self.pads)
        let given = try opset < 18 ? nil : operands.vector(3)
        let axes = try CheckedDimension.distinctAxes(given ?? Array(0..<rank), rank: rank)
        guard pads.count == 2 * axes.count else {
            throw HoneError(.invalidModel, "\(pads.count) pads for \(axes.count) axes; expected \(2 * axes.count)")
        }
        var amounts = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
        for (index, axis) in axes.enumerated() { amounts[axis] = (pads[index], pads[index + axes.count]) }
        return amounts
    }

    /// The size after padding. Elements are removed first, and what is left is reflected, repeated or wrapped around,
    /// as ONNX Runtime does.
    private func padded(_ size: Int, _ pad: (before: Int, after: Int)) throws(HoneError) -> Int {
        let kept = try CheckedDimension.add(try CheckedDimension.add(size, min(pad.before, 0)), min(pad.after, 0))
        let (before, after) = (max(pad.before, 0), max(pad.after, 0))
        guard kept >= 0 else {
            throw HoneError(
                .invalidModel, "pads of \(pad.before) and \(pad.after) remove more than the size of \(size)")
        }
        if before > 0 || after > 0 {
            guard mode == .constant || kept > 0 else {
                throw HoneError(.invalidModel, "mode '\(mode.rawValue)' has no element to repeat")
            }
            guard mode != .reflect || max(before, after) < kept else {
                throw HoneError(
                    .invalidModel, "pads of \(before) and \(after) reflect more than the \(kept) elements there are")
            }
        }
        return try CheckedDimension.add(try CheckedDimension.add(kept, before), after)
    }
}
