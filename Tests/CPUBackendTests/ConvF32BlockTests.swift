import Lowering
import ModelGraph
import Runtime
import Tensors
import Testing

@testable import CPUBackend

@Suite struct ConvF32BlockTests {
    @Test(arguments: 0..<150) func equalsTheReference(seed: Int) throws {
        var source = FloatSource(seed: seed)
        let trial = ConvF32BlockTrial(using: &source)
        try trial.check(seed: seed, using: &source)
    }

    /// Widths that whole tiles cover, and widths that they do not.
    @Test(arguments: 1...60) func everyWidthIsCovered(width: Int) throws {
        var source = FloatSource(seed: 1000 + width)
        var trial = ConvF32BlockTrial(using: &source)
        (trial.images, trial.channels, trial.outputs, trial.group) = (1, 18, 48, 1)
        (trial.input, trial.kernel, trial.strides, trial.dilations) = ([3, width], [1, 1], [1, 1], [1, 1])
        (trial.pads, trial.sparsity) = ([0, 0, 0, 0], width % 2 == 0 ? 0 : 0.5)
        try trial.check(seed: 1000 + width, using: &source)
    }

    /// Tiles of several rows, and the rows that they leave over.
    @Test(arguments: 1...9, [1, 4, 7, 8, 10, 14]) func everyHeightIsCovered(height: Int, width: Int) throws {
        let seed = 2000 + height * 16 + width
        var source = FloatSource(seed: seed)
        var trial = ConvF32BlockTrial(using: &source)
        (trial.images, trial.channels, trial.outputs, trial.group) = (1, 18, 48, 1)
        (trial.input, trial.kernel, trial.strides, trial.dilations) = ([height, width], [3, 3], [1, 1], [1, 1])
        (trial.pads, trial.sparsity) = ([1, 1, 1, 1], height % 2 == 0 ? 0 : 0.5)
        try trial.check(seed: seed, using: &source)
    }

    @Test func neighbouringGroupsShareAListOnlyWhereTheirBlocksAgree() throws {
        // 64 outputs of 3 taps: groups 0 and 1 whole, groups 2 and 3 without tap 1 and tap 2.
        var weights = [Float](repeating: 1, count: 64 * 3)
        for output in 32..<48 { weights[output * 3 + 1] = 0 }
        for output in 48..<64 { weights[output * 3 + 2] = -0.0 }
        func pack(pairs: Bool) throws -> ConvF32BlockLists {
            try weights.withUnsafeBufferPointer {
                try ConvF32BlockLists($0, shape: [64, 3, 1, 1], group: 1, pairs: pairs)
            }
        }
        let packed = try pack(pairs: true)
        #expect((0...2).map(packed.groups) == [0..<2, 2..<3, 3..<4])
        #expect((0...2).map { packed.taps[packed.entries($0)].map(\.channel) } == [[0, 1, 2], [0, 2], [0, 1]])
        let single = try pack(pairs: false)
        #expect((0...3).map(single.groups) == [0..<1, 1..<2, 2..<3, 3..<4])
        #expect((0...3).map(single.entries) == [0..<3, 0..<3, 3..<5, 5..<7], "whole lists share their taps")
    }

    @Test func whatTheKernelDoesNotHandleIsLeftToTheDefinition() throws {
        func arrangements(_ attributes: [String: AttributeValue], _ x: TensorType, _ w: Tensor, constant: Bool) throws
            -> Int
        {
            let convolution = try #require(
                try FloatTrial(type: "Conv", attributes: attributes).decoded(inputCount: 2) as? Conv)
            let y = TensorType(.float32, try convolution.outputShape(input: x.shape, weight: w.shape))
            let operands = FloatOperands()
            let step = StepOperands(
                inputs: [
                    operands.value(x, .rowMajor), operands.value(w.type, .rowMajor, constant: constant ? w : nil),
                ], outputs: [operands.value(y, .rowMajor)])
            return convolution.arrangements(step).count
        }
        let w = Tensor(zeros: TensorType(.float32, [16, 8, 1, 1]))
        #expect(try arrangements([:], TensorType(.float32, [1, 8, 2, 2]), w, constant: true) == 1)
        #expect(try arrangements([:], TensorType(.float32, [1, 8, 2, 2]), w, constant: false) == 0)
        let small = Tensor(zeros: TensorType(.float32, [16, 4, 1, 1]))
        #expect(try arrangements([:], TensorType(.float32, [1, 4, 2, 2]), small, constant: true) == 2)
        let grouped = ["group": AttributeValue.int(2)]
        #expect(try arrangements(grouped, TensorType(.float32, [1, 8, 2, 2]), small, constant: true) == 0)
        let huge = [
            "pads": AttributeValue.ints([1 << 20, 1 << 20, 1 << 20, 1 << 20]), "strides": .ints([9999, 9999]),
        ]
        #expect(try arrangements(huge, TensorType(.float32, [1, 8, 2, 2]), w, constant: true) == 0)
    }
}

/// A random float convolution, with what may be fused to it.
struct ConvF32BlockTrial {
    var images, channels, outputs, group: Int
    var input, kernel, strides, dilations, pads: [Int]
    var sparsity: Double
    var special: Bool
    var activation: FusedActivation
    var addition: FusedActivation?
    var biased: Bool

    init(using random: inout FloatSource) {
        let rank = random.pick([1, 2, 2, 2])
        images = random.integer(1...2)
        (group, channels, outputs) = (
            1, random.pick([1, 2, 3, 4, 8, 16, 17, 40]), random.pick([1, 8, 16, 17, 32, 48, 70])
        )
        switch random.integer(0...5) {
        case 0: (group, channels, outputs) = (2, 2 * random.pick([1, 5, 16, 24]), 2 * random.pick([16, 32]))
        case 1:
            channels = random.pick([2, 16, 19, 48])
            (group, outputs) = (channels, channels)
        default: break
        }
        kernel = (0..<rank).map { _ in random.integer(1...3) }
        strides = (0..<rank).map { _ in random.integer(1...3) }
        dilations = (0..<rank).map { _ in random.integer(1...2) }
        pads = (0..<2 * rank).map { _ in random.integer(0...3) }
        input = (0..<rank).map { _ in random.integer(1...33) }
        for dimension in 0..<rank {
            let extent = (kernel[dimension] - 1) * dilations[dimension] + 1
            input[dimension] = max(input[dimension], extent - pads[dimension] - pads[rank + dimension], 1)
        }
        sparsity = random.pick([0, 0, 0.3, 0.75, 1])
        special = random.chance(0.3)
        biased = random.chance(0.75)
        let activations: [FusedActivation] = [
            .none, .relu, .clip(low: 0, high: 6), .clip(low: -3, high: .infinity), .leaky(alpha: 0.1),
        ]
        activation = random.pick(activations)
        addition = random.chance(0.3) ? random.pick(activations) : nil
    }

    private var attributes: [String: AttributeValue] {
        [
            "group": .int(Int64(group)), "strides": .ints(strides.map { Int64($0) }),
            "dilations": .ints(dilations.map { Int64($0) }), "pads": .ints(pads.map { Int64($0) }),
        ]
    }

    /// Weights with whole blocks of zeros, of both signs or of one.
    private func weights(using source: inout FloatSource) -> Tensor {
        let shape = [outputs, channels / group] + kernel
        var values = source.floats(shape, special: false).withElements(of: Float.self) { Array($0) }
        let taps = shape[1...].reduce(1, *)
        let bothSigns = source.chance(0.5)
        for block in stride(from: 0, to: outputs, by: 16) {
            for tap in 0..<taps where source.chance(sparsity) {
                for output in block..<min(block + 16, outputs) {
                    values[output * taps + tap] = bothSigns && source.chance(0.5) ? -0.0 : 0
                }
            }
        }
        return Tensor(values, shape: shape)
    }

    /// Whether a block of zeros, which the kernel leaves out, has a -0 in it.
    private func dropsNegativeZeros(_ weights: Tensor) -> Bool {
        let values = weights.withElements(of: Float.self) { Array($0) }
        let taps = values.count / outputs
        return stride(from: 0, to: outputs, by: 16).contains { block in
            (0..<taps).contains { tap in
                let lanes = (block..<min(block + 16, outputs)).map { values[$0 * taps + tap] }
                return lanes.allSatisfy { $0 == 0 } && lanes.contains { $0.sign == .minus }
            }
        }
    }

    func check(seed: Int, using source: inout FloatSource) throws {
        let x = source.floats([images, channels] + input, special: special)
        let w = weights(using: &source)
        let b =
            source.chance(0.5)
            ? Tensor([Float](repeating: -0.0, count: outputs)) : source.floats([outputs], special: special)
        let inputs = biased ? [x, w, b] : [x, w]
        var expected = try FloatTrial(type: "Conv", attributes: attributes).result(inputs)
        expected = try activation.applied(to: expected)
        let other = source.floats(expected.shape, special: special)
        if let addition {
            expected = try addition.applied(to: FloatTrial(type: "Add").result([expected, other]))
        }
        let layouts = (packed: source.chance(0.5), extra: source.halo(), output: source.halo(), other: source.halo())
        for isa in InstructionSet.available {
            let name: Comment = "seed \(seed), \(isa): \(self)"
            let operands = FloatOperands()
            let fused = try #require(
                try FloatTrial(
                    type: "Conv", domain: honeDomain, attributes: attributes.merging(activation.attributes) { $1 }
                ).decoded(inputCount: inputs.count) as? FusedConv)
            var step = StepOperands(
                inputs: inputs.enumerated().map { index, tensor in
                    operands.value(tensor.type, .rowMajor, constant: index == 0 ? nil : tensor)
                }, outputs: [operands.value(expected.type, .rowMajor)])
            let arrangements = fused.arrangements(step)
            let arrangement = try #require(layouts.packed ? arrangements.first : arrangements.last, name)
            let layout: BlockedLayout
            switch try #require(arrangement.inputs[0]) {
            case .blocked(let halo): layout = BlockedLayout(halo: halo.union(layouts.extra))
            case .packedPixels(let halo):
                layout = BlockedLayout(halo: halo.union(layouts.extra), channelsPerPixel: channels)
            case .rowMajor:
                Issue.record(name)
                return
            }
            step.inputs[0] = operands.value(holding: x, .blocked(layout))
            let y = operands.value(expected.type, .blocked(BlockedLayout(halo: layouts.output)))
            step.outputs[0] = y
            if let addition {
                let added = operands.value(holding: other, .blocked(BlockedLayout(halo: layouts.other)))
                step.addition = FusedAddition(
                    typedOperator: try FloatTrial(type: "Add").decoded(inputCount: 2), inputs: [nil, added],
                    position: 0, activation: addition, other: added, convolutionType: expected.type)
            }
            let kernel = try fused.prepare(step, isa: isa)
            let restored = kernel.packedInputs[1].map { Tensor(w.type, filledBy: $0) }
            #expect((restored == nil) == dropsNegativeZeros(w), name)
            #expect(restored.map { $0.floatBits == w.floatBits } ?? true, name)
            try operands.run(kernel)
            #expect(operands.read(y).floatBits == expected.floatBits, name)
            #expect(operands.misfilled(y) == 0, name)
        }
    }
}
