import Lowering
import ModelGraph
import Tensors

/// The scales and zero points of QuantizeLinear or DequantizeLinear, any number of them, on packed data.
struct QuantizationScales {
    private let spread: QuantizationSpread
    private let scales: [Float]
    private let zeroPoints: [Int32]
    private let shape: [Int]

    /// Nil where they are not constants, or are such that no integer or no exact division stands for them.
    ///
    /// - Parameter divides: whether the kernel divides by the scales.
    init?(_ step: StepOperands, _ attributes: QuantizationAttributes, divides: Bool) {
        guard let x = step.input(0), let constant = step.input(1)?.constant,
            let spread = try? attributes.spread(data: x.type.shape, scales: constant.shape)
        else { return nil }
        let scales = constant.floats()
        if let operand = step.input(2) {
            guard let integers = operand.constant?.integers() else { return nil }
            let points = integers.compactMap { Int32(exactly: $0) }
            guard points.count == scales.count else { return nil }
            zeroPoints = points
        } else {
            zeroPoints = [Int32](repeating: 0, count: scales.count)
        }
        // What is no scale at all is refused when the launches are made.
        let areExact = scales.allSatisfy { !($0 > 0 && $0.isFinite) || TensorQuantization.exactScales.contains($0) }
        guard !divides || areExact else { return nil }
        (self.spread, self.scales, shape) = (spread, scales, x.type.shape)
    }

    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    func check() throws(HoneError) {
        for scale in scales { try checkScale(scale) }
    }

    /// The macro that says how scales lie over elements.
    var define: String {
        switch spread {
        case .tensor: "PER_TENSOR"
        case .axis: "PER_AXIS"
        case .blocks: "PER_BLOCK"
        }
    }

    /// The buffers that the kernels take: scales, their reciprocals where the kernel divides, zero points.
    func buffers(_ maker: LaunchMaker, divides: Bool) throws(HoneError) -> [KernelArgument] {
        var buffers: [KernelArgument] = [.buffer(try maker.buffer(scales))]
        if divides { buffers.append(.buffer(try maker.buffer(scales.map { 1 / $0 }))) }
        return buffers + [.buffer(try maker.buffer(zeroPoints))]
    }

    /// What follows: the number of elements, and how an axis lies among them.
    func distances() throws(HoneError) -> [KernelArgument] {
        let count = shape.reduce(1, *)
        var (length, inner, block) = (1, 1, 1)
        switch spread {
        case .tensor: break
        case .axis(let axis):
            let lines = AxisLines(shape, axis: axis)
            (length, inner) = (lines.length, lines.inner)
        case .blocks(let axis, let size):
            let lines = AxisLines(shape, axis: axis)
            (length, inner, block) = (lines.length, lines.inner, size)
        }
        let blocks = length / block + (length % block == 0 ? 0 : 1)
        return [
            try .integer(count), try .integer(length), try .integer(inner), try .integer(min(block, length)),
            try .integer(blocks),
        ]
    }
}
