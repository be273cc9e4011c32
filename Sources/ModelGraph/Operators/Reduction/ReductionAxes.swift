import Tensors

/// Which axes a reduction goes over, and what it leaves of them.
package struct ReductionAxes: Sendable {
    /// The axes given as an attribute, nil if there are none or they are input 1.
    private let attribute: [Int]?
    /// Whether input 1 gives the axes.
    package let areInput: Bool
    /// Whether reduced dimensions stay, with size 1.
    package let keepsDimensions: Bool
    /// Whether no axes mean that nothing is reduced, rather than everything.
    private let noneReducesNothing: Bool

    /// - Parameter inputSince: the opset from which on the axes are an input.
    init(_ attributes: inout AttributeReader, inputSince: Int) throws(HoneError) {
        areInput = attributes.opset >= inputSince
        keepsDimensions = try attributes.flag("keepdims", default: true)
        if areInput {
            attribute = nil
            noneReducesNothing = try attributes.flag("noop_with_empty_axes", default: false)
        } else {
            attribute = try attributes.ints("axes")
            noneReducesNothing = false
            guard attributes.inputCount == 1 else {
                throw HoneError(.invalidModel, "before opset \(inputSince) the axes are an attribute, not an input")
            }
        }
    }

    /// Which dimensions of a tensor of `rank` are reduced; `input` holds the axes of input 1, if it is given.
    package func reduced(rank: Int, input: [Int]?) throws(HoneError) -> [Bool] {
        let axes = (areInput ? input : attribute) ?? []
        guard !axes.isEmpty else { return [Bool](repeating: !noneReducesNothing, count: rank) }
        var reduced = [Bool](repeating: false, count: rank)
        for axis in axes {
            let axis = try Operands.axis(axis, rank: rank)
            guard !reduced[axis] else { throw HoneError(.invalidModel, "axis \(axis) is given twice in \(axes)") }
            reduced[axis] = true
        }
        return reduced
    }
}

/// A reduction over axes.
package protocol AxisReduction: Operator {
    var axes: ReductionAxes { get }
}

extension AxisReduction {
    package static var inputCount: ClosedRange<Int> { 1...2 }
    package var planTimeInputs: [Int] { axes.areInput ? [1] : [] }

    func reducedTypes(_ operands: Operands, allowed: Set<ElementType>) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: allowed)
        if operands.has(1) { _ = try operands.type(1, in: [.int64]) }
        let reduced = try axes.reduced(rank: x.rank, input: try operands.integers(1))
        let kept = zip(x.shape, reduced).map { size, isReduced in isReduced ? 1 : size }
        guard !axes.keepsDimensions else { return [TensorType(x.elementType, kept)] }
        return [TensorType(x.elementType, zip(x.shape, reduced).filter { !$0.1 }.map(\.0))]
    }
}
