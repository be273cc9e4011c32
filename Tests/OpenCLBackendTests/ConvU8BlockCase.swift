import Lowering
import ModelGraph
import Runtime
import Tensors
import TestSupport
import Testing

@testable import OpenCLBackend

/// A random quantized convolution, fused or not, with a residual addition or none.
struct ConvU8BlockCase {
    /// What the generator may choose; each test narrows what it is about.
    struct Options {
        var channels = [1, 3, 4, 5, 16, 17, 24, 33, 48, 70]
        var outputs = [1, 7, 16, 20, 32, 33, 48, 64, 80]
        var sizes = [1, 2, 3, 5, 7, 8, 9, 14, 17]
        var kernels = [1, 1, 2, 3, 3, 5]
        var groups = [1, 1, 1, 2, 3]
        var ranks = [2, 2, 2, 1]
        var images = [1, 1, 3]
        var sparsities = [0, 0, 0.5, 0.75, 0.95]
        var wScale: ClosedRange<Float> = 0.001...0.01
        var adds = [false, true]
    }

    let x: Tensor
    /// Inputs of QLinearConv; x stands as nil.
    let constants: [Tensor?]
    let attributes: [String: AttributeValue]
    /// Of the fused form.
    let bounds: ClosedRange<Int>?
    let addition: Addition?

    struct Addition {
        /// Operands 0 to 7 of QLinearAdd, nil where the convolution's result stands.
        let operands: [Tensor?]
        let bounds: ClosedRange<Int>?
        let position: Int
    }

    init(seed: Int, _ options: Options = Options()) {
        var random = SeededGenerator(seed: UInt64(seed))
        func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }
        let rank = pick(options.ranks)
        let group = pick(options.groups)
        let (channels, outputs) = (pick(options.channels) * group, pick(options.outputs) * group)
        let kernel = (0..<rank).map { _ in pick(options.kernels) }
        let strides = (0..<rank).map { _ in pick([1, 1, 2, 3]) }
        let dilations = (0..<rank).map { _ in pick([1, 1, 1, 2]) }
        let pads = (0..<(2 * rank)).map { _ in pick([0, 0, 1, 2]) }
        let extents = (0..<rank).map { (axis: Int) -> Int in (kernel[axis] - 1) * dilations[axis] + 1 }
        let padding = (0..<rank).map { (axis: Int) -> Int in pads[axis] + pads[rank + axis] }
        let spatial = (0..<rank).map { (axis: Int) -> Int in
            max(pick(options.sizes), extents[axis] - padding[axis])
        }
        let result = (0..<rank).map { (axis: Int) -> Int in
            (spatial[axis] + padding[axis] - extents[axis]) / strides[axis] + 1
        }
        attributes = [
            "group": .int(Int64(group)), "strides": .ints(strides.map { Int64($0) }),
            "dilations": .ints(dilations.map { Int64($0) }), "pads": .ints(pads.map { Int64($0) }),
        ]
        let (xSigned, wSigned, ySigned) = (pick([true, false]), pick([true, true, false]), pick([true, false]))
        let images = pick(options.images)
        x = Tensor.eightBit([images, channels] + spatial, signed: xSigned, &random)
        let scaleCount = pick([1, outputs])
        let wZeros = (0..<scaleCount).map { _ in
            let symmetric = wSigned ? 0 : 128
            return pick([symmetric, symmetric, symmetric, Int.random(in: 0...127, using: &random)])
        }
        let perGroup = channels / group
        let taps = kernel.reduce(1, *)
        let sparsity = pick(options.sparsities)
        let zero = Set(
            (0..<((outputs + 15) / 16 * ((perGroup + 3) / 4) * taps)).filter { _ in
                Double.random(in: 0..<1, using: &random) < sparsity
            })
        let weights = (0..<(outputs * perGroup * taps)).map { index in
            let (place, tap) = index.quotientAndRemainder(dividingBy: taps)
            let (output, channel) = place.quotientAndRemainder(dividingBy: perGroup)
            let block = (output / 16 * ((perGroup + 3) / 4) + channel / 4) * taps + tap
            return zero.contains(block)
                ? wZeros[scaleCount == 1 ? 0 : output] : Int.random(in: -128...127, using: &random)
        }
        let yScale = Float(perGroup * taps).squareRoot() * Float.random(in: 0.02...0.2, using: &random)
        let yZero = Tensor.eightBit([], signed: ySigned, &random)
        constants = [
            nil, Tensor(scalar: Float.random(in: 0.01...0.5, using: &random)),
            Tensor.eightBit([], signed: xSigned, &random),
            Tensor.eightBit(weights, shape: [outputs, perGroup] + kernel, signed: wSigned),
            Tensor((0..<scaleCount).map { _ in Float.random(in: options.wScale, using: &random) }),
            Tensor.eightBit(wZeros, shape: [scaleCount], signed: wSigned), Tensor(scalar: yScale), yZero,
            pick([true, false])
                ? Tensor((0..<outputs).map { _ in Int32.random(in: -9000...9000, using: &random) }) : nil,
        ]
        func someBounds() -> ClosedRange<Int>? {
            guard pick([true, false]) else { return nil }
            let ends = (0..<2).map { _ in Int.random(in: ySigned ? -128...127 : 0...255, using: &random) }.sorted()
            return ends[0]...ends[1]
        }
        bounds = someBounds()
        guard pick(options.adds) else {
            addition = nil
            return
        }
        let position = pick([0, 3])
        let own: [Tensor?] = [nil, Tensor(scalar: yScale), yZero]
        let other: [Tensor?] = [
            Tensor.eightBit([images, outputs] + result, signed: ySigned, &random),
            Tensor(scalar: yScale * Float.random(in: 0.3...3, using: &random)),
            Tensor.eightBit([], signed: ySigned, &random),
        ]
        addition = Addition(
            operands: (position == 0 ? own + other : other + own)
                + [Tensor(scalar: yScale * pick([1, 1.7, 2])), Tensor.eightBit([], signed: ySigned, &random)],
            bounds: someBounds(), position: position)
    }

    private func decodedConvolution() throws -> any Operator {
        try DefinedOperator.decode(
            "QLinearConv", bounds: bounds, attributes: attributes, inputs: [x] + constants.dropFirst())
    }

    private func decodedAddition(_ addition: Addition) throws -> any Operator {
        try DefinedOperator.decode(
            "QLinearAdd", domain: microsoftDomain, bounds: addition.bounds, inputs: addition.operands.map { $0 ?? x })
    }

    /// What the kernel stores, and what it should, byte for byte, halo and lanes past C included.
    func stored(seed: Int) throws -> (got: [UInt8], want: [UInt8]) {
        var random = SeededGenerator(seed: UInt64(seed))
        func extra() -> Halo {
            Halo(
                top: Int.random(in: 0...1, using: &random), left: Int.random(in: 0...1, using: &random),
                bottom: Int.random(in: 0...1, using: &random), right: Int.random(in: 0...1, using: &random))
        }
        let convolution = try decodedConvolution()
        let kernel = try #require(convolution as? any OpenCLOperator)
        let convolved = try DefinedOperator.evaluate(convolution, [x] + constants.dropFirst())
        var expected = convolved
        var zeroPoint = try #require(constants[7]).storedByte

        func constant(_ tensor: Tensor) -> StepOperands.Value {
            .init(id: 9, type: tensor.type, layout: .rowMajor, constant: tensor)
        }
        var driver = try ConvU8BlockDriver(seed: seed)
        // Layouts are asked for before the operands are laid out.
        var step = StepOperands(
            inputs: [.init(id: 0, type: x.type, layout: .rowMajor, constant: nil)]
                + constants.dropFirst().map { $0.map(constant) },
            outputs: [.init(id: 1, type: expected.type, layout: .rowMajor, constant: nil)])
        let otherHalo = extra()
        if let addition {
            var operands = addition.operands
            operands[addition.position] = convolved
            expected = try DefinedOperator.evaluate(try decodedAddition(addition), operands)
            zeroPoint = try #require(addition.operands[7]).storedByte
            let others = addition.position == 0 ? 3 : 0
            let tensor = try #require(addition.operands[others])
            let byte = try #require(addition.operands[others + 2]).storedByte
            let other = driver.value(
                tensor.type, .blocked(BlockedLayout(halo: otherHalo, haloByte: byte)), tensor)
            step.addition = FusedAddition(
                typedOperator: try decodedAddition(addition),
                inputs: addition.operands.enumerated().map { index, tensor in
                    index == others ? other : tensor.map(constant)
                }, position: addition.position, activation: .none, other: other, convolutionType: convolved.type)
        }
        let device = try #require(OpenCLDevices.chosen).info
        let arrangement = try #require(kernel.arrangements(step, on: device).first)
        guard case .blocked(let halo) = arrangement.inputs[0] else { throw NotBlocked() }
        let inputLayout = BlockedLayout(halo: halo.union(extra()), haloByte: arrangement.haloByte)
        step.inputs[0] = driver.value(x.type, .blocked(inputLayout), x)
        let output = driver.value(
            expected.type, .blocked(BlockedLayout(halo: extra(), haloByte: zeroPoint)), nil)
        step.outputs[0] = output
        let got = try driver.run(kernel, step)[output.id]
        let shape = try #require(output.blocked)
        return (got, ConvU8BlockDriver.blocked(expected, shape, over: driver.before(output)))
    }

    struct NotBlocked: Error {}
}
