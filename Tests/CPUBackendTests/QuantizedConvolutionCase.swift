import Lowering
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport

@testable import CPUBackend

/// A random quantized convolution, with bounds and a residual addition or without, run by its kernel and by the reference.
struct QuantizedConvolutionCase {
    var x: Tensor
    var constants: [Tensor?]
    var attributes: [String: AttributeValue]
    /// Of the fused forms.
    var bounds: ClosedRange<Int>?
    /// Operands 0...7 of QLinearAdd, nil where the convolution's result stands.
    var addends: [Tensor?]?
    var addBounds: ClosedRange<Int>?
    var addPosition = 0

    /// What the generator may choose; each test narrows what it is about.
    struct Options {
        var channels = [1, 3, 4, 5, 16, 17, 24, 33, 48, 70]
        var outputs = [1, 7, 16, 20, 32, 33, 48, 64, 80]
        var widths = Array(1...17) + [23, 28, 30]
        var heights = Array(1...9)
        var groups = [1, 1, 1, 2, 3]
        var ranks = [2, 2, 2, 1]
        var wScale: ClosedRange<Float> = 0.001...0.01
        var adds = [false, true]
    }

    init(seed: Int, _ options: Options = Options()) {
        var random = SeededGenerator(seed: UInt64(seed))
        func pick<T>(_ values: [T], _ random: inout SeededGenerator) -> T {
            values[Int.random(in: 0..<values.count, using: &random)]
        }
        let rank = pick(options.ranks, &random)
        let group = pick(options.groups, &random)
        let channels = pick(options.channels, &random) * group
        let outputs = pick(options.outputs, &random) * group
        let kernel = (0..<rank).map { _ in pick([1, 1, 2, 3, 3, 5], &random) }
        let strides = (0..<rank).map { _ in pick([1, 1, 2, 3], &random) }
        let dilations = (0..<rank).map { _ in pick([1, 1, 1, 2], &random) }
        let pads = (0..<(2 * rank)).map { _ in pick([0, 0, 1, 2, 3], &random) }
        var spatial = [pick(options.heights, &random), pick(options.widths, &random)].suffix(rank).map { $0 }
        for dimension in 0..<rank {
            let extent = (kernel[dimension] - 1) * dilations[dimension] + 1
            spatial[dimension] = max(spatial[dimension], extent - pads[dimension] - pads[rank + dimension])
        }
        let images = pick([1, 1, 2], &random)
        let out = (0..<rank).map { dimension in
            let extent = (kernel[dimension] - 1) * dilations[dimension] + 1
            return (spatial[dimension] + pads[dimension] + pads[rank + dimension] - extent) / strides[dimension] + 1
        }
        attributes = [
            "group": .int(Int64(group)), "strides": .ints(strides.map { Int64($0) }),
            "dilations": .ints(dilations.map { Int64($0) }), "pads": .ints(pads.map { Int64($0) }),
        ]

        let (xSigned, wSigned, ySigned) = (
            Bool.random(using: &random), pick([true, true, false], &random), Bool.random(using: &random)
        )
        x = Tensor.bytes([images, channels] + spatial, signed: xSigned, using: &random)
        let perChannel = Bool.random(using: &random)
        let scaleCount = perChannel ? outputs : 1
        let wScales = (0..<scaleCount).map { _ in Float.random(in: options.wScale, using: &random) }
        let wZeros = (0..<scaleCount).map { _ -> Int in
            let symmetric = wSigned ? 0 : 128
            return pick(
                [symmetric, symmetric, Int.random(in: wSigned ? -128...127 : 0...255, using: &random)], &random)
        }
        // Blocks of 16 outputs x 4 inputs are zero with a probability of their own.
        let perGroup = channels / group
        let taps = kernel.reduce(1, *)
        let density = pick([1, 1, 0.5, 0.1], &random)
        var weights = (0..<(outputs * perGroup * taps)).map { _ in
            Int.random(in: wSigned ? -128...127 : 0...255, using: &random)
        }
        for block in 0..<((outputs + 15) / 16 * ((perGroup + 3) / 4) * taps)
        where Double.random(in: 0..<1, using: &random) >= density {
            let (place, tap) = block.quotientAndRemainder(dividingBy: taps)
            let (row, quad) = place.quotientAndRemainder(dividingBy: (perGroup + 3) / 4)
            for output in (row * 16)..<min(row * 16 + 16, outputs) {
                for channel in (quad * 4)..<min(quad * 4 + 4, perGroup) {
                    weights[(output * perGroup + channel) * taps + tap] = wZeros[perChannel ? output : 0]
                }
            }
        }
        let size = Float(perGroup * taps).squareRoot()
        func zeroPoint(signed: Bool, _ random: inout SeededGenerator) -> Tensor {
            Tensor.bytes([], signed: signed, using: &random)
        }
        let yScale = size * Float.random(in: 0.02...0.2, using: &random)
        let yZero = zeroPoint(signed: ySigned, &random)
        constants = [
            nil, Tensor(scalar: Float.random(in: 0.01...0.5, using: &random)), zeroPoint(signed: xSigned, &random),
            Tensor.bytes(weights, shape: [outputs, perGroup] + kernel, signed: wSigned), Tensor(wScales),
            Tensor.bytes(wZeros, shape: [scaleCount], signed: wSigned), Tensor(scalar: yScale), yZero,
            Bool.random(using: &random)
                ? Tensor((0..<outputs).map { _ in Int32.random(in: -9000...9000, using: &random) }) : nil,
        ]
        func someBounds(_ random: inout SeededGenerator) -> ClosedRange<Int>? {
            guard Bool.random(using: &random) else { return nil }
            let ends = (0..<2).map { _ in Int.random(in: ySigned ? -128...127 : 0...255, using: &random) }.sorted()
            return ends[0]...ends[1]
        }
        bounds = someBounds(&random)
        guard pick(options.adds, &random) else { return }
        addBounds = someBounds(&random)
        addPosition = pick([0, 3], &random)
        let other = Tensor.bytes([images, outputs] + out, signed: ySigned, using: &random)
        let (otherScale, otherZero) = (
            Tensor(scalar: yScale * Float.random(in: 0.3...3, using: &random)), zeroPoint(signed: ySigned, &random)
        )
        let (own, others) = ([nil, Tensor(scalar: yScale), yZero], [other, otherScale, otherZero])
        addends =
            (addPosition == 0 ? own + others : others + own)
            + [Tensor(scalar: yScale * pick([1, 1.7, 2], &random)), zeroPoint(signed: ySigned, &random)]
    }

    /// A node of that type, decoded.
    private static func decode(
        _ type: String, domain: String, bounds: ClosedRange<Int>?, attributes: [String: AttributeValue], inputs: Int
    ) throws -> any Operator {
        var attributes = attributes
        if let bounds {
            attributes["lowest"] = .int(Int64(bounds.lowerBound))
            attributes["highest"] = .int(Int64(bounds.upperBound))
        }
        let node = Node(
            type, domain: bounds == nil ? domain : honeDomain, inputs: (0..<inputs).map { "x\($0)" }, outputs: ["y"],
            attributes: attributes)
        var graph = Graph()
        graph.opsets = ["": 21, microsoftDomain: 1, honeDomain: 1]
        return try graph.decode(node)
    }

    private func convolution() throws -> any Operator {
        try Self.decode("QLinearConv", domain: "", bounds: bounds, attributes: attributes, inputs: constants.count)
    }

    private func addition() throws -> any Operator {
        try Self.decode("QLinearAdd", domain: microsoftDomain, bounds: addBounds, attributes: [:], inputs: 8)
    }

    private static func evaluate(_ typedOperator: any Operator, _ inputs: [Tensor?]) throws -> Tensor {
        let operands = Operands(types: inputs.map { $0?.type }, values: inputs.map { _ in nil }, outputCount: 1)
        let types = try typedOperator.inferTypes(operands)
        return try ReferenceBackend().evaluate(typedOperator, inputs: inputs, outputTypes: types)[0]
    }

    /// By definition.
    func expected() throws -> Tensor {
        let result = try Self.evaluate(try convolution(), [x] + constants.dropFirst())
        guard var addends else { return result }
        addends[addPosition] = result
        return try Self.evaluate(try addition(), addends)
    }

    /// The arrangements that a kernel takes for the convolution alone, with one of its parameters computed or none.
    func arrangements(computing parameter: Int? = nil) throws -> [Arrangement] {
        guard let kernel = try convolution() as? any CPUOperator else { return [] }
        let types = [x.type] + constants.dropFirst().map { $0?.type }
        let results = try (kernel as any Operator).inferTypes(
            Operands(types: types, values: types.map { _ in nil }, outputCount: 1))
        let inputs = types.enumerated().map { index, type in
            type.map {
                StepOperands.Value(
                    id: index, type: $0, layout: .rowMajor, constant: index == parameter ? nil : constants[index])
            }
        }
        return kernel.arrangements(
            StepOperands(
                inputs: inputs, outputs: [.init(id: 9, type: results[0], layout: .rowMajor, constant: nil)],
                addition: nil))
    }

    /// What a prepared kernel stores, and what it should, byte for byte; one pair for each arrangement that it takes.
    func stored(_ expected: Tensor, isa: InstructionSet, threads: Int, seed: Int) throws -> [(
        got: [UInt8], want: [UInt8]
    )] {
        var random = SeededGenerator(seed: UInt64(seed))
        func extra() -> Int { Int.random(in: 0...1, using: &random) }
        guard let kernel = try convolution() as? any CPUOperator else { return [] }
        let types = try (kernel as any Operator).inferTypes(
            Operands(
                types: [x.type] + constants.dropFirst().map { $0?.type }, values: constants.map { _ in nil },
                outputCount: 1))
        func value(_ id: Int, _ type: TensorType, _ constant: Tensor?) -> StepOperands.Value {
            .init(id: id, type: type, layout: .rowMajor, constant: constant)
        }
        var step = StepOperands(
            inputs: [value(0, x.type, nil)] + constants.dropFirst().map { $0.map { value(9, $0.type, $0) } },
            outputs: [value(1, expected.type, nil)], addition: nil)
        let outHalo = Halo(top: extra(), left: extra(), bottom: extra(), right: extra())
        let otherLayout = BlockedLayout(halo: Halo(top: extra(), left: extra()))
        let others = addends?[3 - addPosition]
        if let addends, let others {
            step.addition = FusedAddition(
                typedOperator: try addition(),
                inputs: addends.map { $0.map { value(9, $0.type, $0) } }, position: addPosition, activation: .none,
                other: .init(id: 2, type: others.type, layout: .blocked(otherLayout), constant: nil),
                convolutionType: types[0])
        }
        let zeroPoint = (addends == nil ? constants[7] : addends?[7])?.blockedByte ?? 0
        return try kernel.arrangements(step).map { arrangement in
            var final = step
            let layout: BlockedLayout
            switch arrangement.inputs[0] {
            case .blocked(let halo):
                layout = BlockedLayout(
                    halo: halo.union(Halo(top: halo.top + extra(), left: halo.left + extra(), right: extra())))
            case .packedPixels(let halo):
                layout = BlockedLayout(
                    halo: halo.union(Halo(top: extra(), left: halo.left + extra())), channelsPerPixel: x.shape[1])
            default: return ([], [1])
            }
            final.inputs[0]?.layout = .blocked(layout)
            final.outputs[0]?.layout = .blocked(BlockedLayout(halo: outHalo, haloByte: zeroPoint))
            guard let input = final.input(0)?.blocked, let output = final.output(0)?.blocked else { return ([], [1]) }
            var memory = [
                blockedBytes(x, input, zero: constants[2]?.blockedByte ?? 0, gap: 0x55),
                [UInt8](repeating: 0xAA, count: output.byteCount),
            ]
            if let others, let shape = BlockedShape(others.type, otherLayout) {
                memory.append(
                    blockedBytes(others, shape, zero: addends?[3 - addPosition + 2]?.blockedByte ?? 0, gap: 0x55))
            }
            let addresses = memory.map { bytes in
                let address = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 64)
                bytes.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(start: address, count: bytes.count).copyMemory(from: $0)
                }
                return address
            }
            defer { addresses.forEach { $0.deallocate() } }
            let prepared = try kernel.prepare(final, isa: isa)
            var table = addresses
            try table.withUnsafeMutableBufferPointer { table in
                guard let address = table.baseAddress else { return }
                try HostThreads.$limit.withValue(threads) { try prepared.run(PlanMemory(addresses: address)) }
            }
            let got = Array(UnsafeRawBufferPointer(start: addresses[1], count: output.byteCount))
            return (got, blockedBytes(expected, output, zero: zeroPoint, gap: 0xAA))
        }
    }
}

extension Tensor {
    /// The one element of an 8-bit tensor as blocked layouts hold it.
    var blockedByte: UInt8 {
        withUnsafeBytes { $0[0] ^ (elementType == .int8 ? 0x80 : 0) }
    }
}
