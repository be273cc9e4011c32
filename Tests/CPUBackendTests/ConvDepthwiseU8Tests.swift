import CMicrokernels
import Lowering
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

/// `conv_depthwise_u8` against the definition of QLinearConv, on every instruction set, byte for byte with halo and unused lanes.
@Suite struct ConvDepthwiseU8Tests {
    private static func check(_ seeds: Range<Int>, _ options: DepthwiseCase.Options) throws {
        for seed in seeds {
            let problem = DepthwiseCase(seed: seed, options)
            let expected = try problem.expected()
            for set in InstructionSet.available {
                for (index, function) in ConvDepthwiseU8.functions(set).enumerated() {
                    let actual = try problem.actual(set, function)
                    #expect(actual == expected, "seed \(seed), \(set.rawValue) \(index): \(problem)")
                }
            }
        }
    }

    @Test(arguments: 1...7) func kernelsOfEverySize(columns: Int) throws {
        try Self.check(0..<60, DepthwiseCase.Options(columns: [columns]))
    }

    @Test(arguments: [3, 5], [1, 2]) func squareKernels(size: Int, stride: Int) throws {
        // One after the other, so that every remainder of rows and columns is met.
        for height in 1...9 {
            var options = DepthwiseCase.Options(
                kernelRows: [size], columns: [size], strides: [stride], dilations: [1], heights: [height * stride])
            options.widths = Array(1...13)
            options.square = true
            try Self.check((height * 100)..<(height * 100 + 15), options)
        }
    }

    @Test func largeImages() throws {
        var options = DepthwiseCase.Options(columns: [3, 5], heights: [23, 40], widths: [57, 112, 31])
        options.channels = [32, 40]
        try Self.check(0..<8, options)
    }

    @Test func extremeValuesAndHugeMultipliers() throws {
        var options = DepthwiseCase.Options()
        options.extremes = true
        options.wScales = [1e-6, 0.01, 1, 1e20, 3e38]
        try Self.check(1000..<1120, options)
    }

    @Test func rowsAreSharedAmongThreads() throws {
        for seed in 0..<40 {
            let problem = DepthwiseCase(seed: seed, DepthwiseCase.Options(heights: Array(5...20)))
            let expected = try problem.expected()
            for threads in [2, 3, 7] {
                let actual = try HostThreads.$limit.withValue(threads) {
                    try problem.actual(InstructionSet.available[0], nil)
                }
                #expect(actual == expected, "seed \(seed), \(threads) threads: \(problem)")
            }
        }
    }

    @Test func whatTheHaloDoesNotHoldIsRefused() throws {
        let options = DepthwiseCase.Options(kernelRows: [3], columns: [3], dilations: [1])
        let problem = DepthwiseCase(seed: 1, options).problem
        var changed = problem
        changed.window.pads.row = problem.inputShape.layout.halo.top + 1
        #expect(try ConvDepthwiseU8(problem, isa: .scalar) != nil)
        #expect(try ConvDepthwiseU8(changed, isa: .scalar) == nil)
        changed = problem
        changed.window.dilations.column = 100
        #expect(try ConvDepthwiseU8(changed, isa: .scalar) == nil)
        changed = problem
        changed.weights.removeLast()
        #expect(try ConvDepthwiseU8(changed, isa: .scalar) == nil)
    }
}

/// A random depthwise convolution.
private struct DepthwiseCase: CustomStringConvertible {
    struct Options {
        var kernelRows = [1, 2, 3, 4, 5, 7]
        var columns = Array(1...7)
        var strides = [1, 1, 2, 2, 3]
        var dilations = [1, 1, 1, 1, 2, 3]
        var heights = Array(1...12)
        var widths = Array(1...18) + [29, 56]
        var channels = [1, 8, 15, 16, 17, 33, 48]
        var wScales: [Float] = [0.002, 0.01, 0.05]
        /// Both strides equal.
        var square = false
        /// The ends of all ranges instead of values between.
        var extremes = false
    }

    var problem: ConvDepthwiseU8.Problem
    private var inputs: [Tensor?]
    private var typedOperator: (any Operator)?
    private var types: [TensorType] = []
    private var zeroPoint: UInt8 = 0
    private let seed: Int

    var description: String {
        "\(problem.window), \(problem.inputShape) to \(problem.outputShape), bounds \(problem.low), \(problem.high)"
    }

    init(seed: Int, _ options: Options) {
        self.seed = seed
        var random = SeededGenerator(seed: UInt64(seed))
        func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }
        func bytes(_ count: Int, signed: Bool) -> [Int] {
            let range = signed ? -128...127 : 0...255
            return (0..<count).map { _ in
                options.extremes ? pick([range.lowerBound, range.upperBound]) : Int.random(in: range, using: &random)
            }
        }
        let kernel = (rows: pick(options.kernelRows), columns: pick(options.columns))
        let strideRow = pick(options.strides)
        let strides = (row: strideRow, column: options.square ? strideRow : pick(options.strides))
        let dilations = (row: pick(options.dilations), column: pick(options.dilations))
        let (images, channels) = (pick([1, 1, 2]), pick(options.channels))
        let pads = (top: pick([0, 1, 1, 2, 3]), left: pick([0, 1, 1, 2, 3]))
        let ends = (bottom: pick([0, 1, 1, 2]), right: pick([0, 1, 1, 2]))
        let extent = (
            rows: (kernel.rows - 1) * dilations.row + 1, columns: (kernel.columns - 1) * dilations.column + 1
        )
        let height = max(pick(options.heights), extent.rows - pads.top - ends.bottom)
        let width = max(pick(options.widths), extent.columns - pads.left - ends.right)
        let (xSigned, wSigned, ySigned) = (pick([false, true]), pick([true, true, false]), pick([false, true]))
        let taps = kernel.rows * kernel.columns

        let x = bytes(images * channels * height * width, signed: xSigned)
        let weights = bytes(channels * taps, signed: wSigned)
        let wZero = wSigned ? pick([0, 0, 0, bytes(1, signed: true)[0]]) : pick([128, bytes(1, signed: false)[0]])
        let (xZero, yZero) = (bytes(1, signed: xSigned)[0], bytes(1, signed: ySigned)[0])
        let bias = (0..<channels).map { _ in
            options.extremes ? pick([Int32.min, Int32.max, 0]) : Int32.random(in: -5000...5000, using: &random)
        }
        let (xScale, yScale) = (
            Float.random(in: 0.01...0.2, using: &random), Float.random(in: 0.02...0.3, using: &random)
        )
        let wScales = (0..<channels).map { _ in pick(options.wScales) }
        let range = ySigned ? -128...127 : 0...255
        let cut = pick([false, true]) ? bytes(2, signed: ySigned).sorted() : [range.lowerBound, range.upperBound]
        let hasBias = pick([true, true, false])

        let inputs: [Tensor?] = [
            Self.tensor(x, [images, channels, height, width], signed: xSigned), Tensor(scalar: xScale),
            Self.tensor([xZero], [], signed: xSigned),
            Self.tensor(weights, [channels, 1, kernel.rows, kernel.columns], signed: wSigned), Tensor(wScales),
            Self.tensor([wZero], [], signed: wSigned), Tensor(scalar: yScale),
            Self.tensor([yZero], [], signed: ySigned),
            hasBias ? Tensor(bias) : nil,
        ]
        let node = Node(
            "QLinearConv", domain: honeDomain, inputs: (0..<9).map { inputs[$0] == nil ? "" : "x\($0)" },
            outputs: ["y"],
            attributes: [
                "group": .int(Int64(channels)), "strides": .ints([Int64(strides.row), Int64(strides.column)]),
                "dilations": .ints([Int64(dilations.row), Int64(dilations.column)]),
                "pads": .ints([pads.top, pads.left, ends.bottom, ends.right].map { Int64($0) }),
                "lowest": .int(Int64(cut[0])), "highest": .int(Int64(cut[1])),
            ])
        var graph = Graph()
        graph.opsets = ["": 21, honeDomain: 1]
        typedOperator = try? graph.decode(node)
        types =
            (try? typedOperator?.inferTypes(
                Operands(types: inputs.map { $0?.type }, values: inputs.map { _ in nil }, outputCount: 1))) ?? []
        // Sometimes more halo than the kernel asks for, as when another consumer does.
        let more = pick([0, 0, 1, 2])
        let inputHalo = Halo(
            top: pads.top + more, left: pads.left + more, bottom: ends.bottom + more, right: ends.right + more)
        let outputHalo = pick([Halo.none, Halo(top: 1, left: 1, bottom: 1, right: 1), Halo(left: 2, bottom: 1)])
        zeroPoint = UInt8(yZero + (ySigned ? 128 : 0))
        guard let type = types.first, let input = inputs[0],
            let inputShape = BlockedShape(input.type, BlockedLayout(halo: inputHalo)),
            let outputShape = BlockedShape(type, BlockedLayout(halo: outputHalo, haloByte: zeroPoint))
        else { preconditionFailure("seed \(seed) makes no valid convolution") }
        self.inputs = inputs
        problem = ConvDepthwiseU8.Problem(
            input: 0, inputShape: inputShape, output: 1, outputShape: outputShape,
            window: ConvolutionWindow(
                kernel: .init(row: kernel.rows, column: kernel.columns),
                strides: .init(row: strides.row, column: strides.column),
                dilations: .init(row: dilations.row, column: dilations.column),
                pads: .init(row: pads.top, column: pads.left)),
            weights: weights.map { Int16($0 - wZero) },
            bias: hasBias ? bias : bias.map { _ in 0 }, multipliers: wScales.map { (xScale * $0) / yScale },
            inputZeroPoint: Int32(xZero + (xSigned ? 128 : 0)), zeroPoint: Int32(zeroPoint),
            low: Float(cut[0] - yZero), high: Float(cut[1] - yZero))
    }

    private static func tensor(_ values: [Int], _ shape: [Int], signed: Bool) -> Tensor {
        signed ? Tensor(values.map { Int8($0) }, shape: shape) : Tensor(values.map { UInt8($0) }, shape: shape)
    }

    /// What the kernel has to leave in memory.
    func expected() throws -> [UInt8] {
        let typedOperator = try #require(self.typedOperator)
        let result = try ReferenceBackend().evaluate(typedOperator, inputs: inputs, outputTypes: types)[0]
        return Self.blocked(result, problem.outputShape, zero: zeroPoint, gap: 0xA5)
    }

    /// What it leaves there; nil where it refuses.
    func actual(_ set: InstructionSet, _ function: mk_conv_depthwise_u8_function?) throws -> [UInt8]? {
        guard let kernel = try ConvDepthwiseU8(problem, isa: set, function: function), let x = inputs[0] else {
            return nil
        }
        var input = Self.blocked(x, problem.inputShape, zero: UInt8(problem.inputZeroPoint), gap: UInt8(seed & 255))
        var output = [UInt8](repeating: 0xA5, count: problem.outputShape.byteCount)
        input.withUnsafeMutableBytes { input in
            output.withUnsafeMutableBytes { output in
                guard let first = input.baseAddress, let second = output.baseAddress else { return }
                var addresses = [first, second]
                addresses.withUnsafeMutableBufferPointer { addresses in
                    guard let base = addresses.baseAddress else { return }
                    kernel.run(PlanMemory(addresses: base))
                }
            }
        }
        return output
    }

    /// A tensor in a blocked layout with its halo and unused lanes, and `gap` between groups and behind.
    private static func blocked(_ tensor: Tensor, _ shape: BlockedShape, zero: UInt8, gap: UInt8) -> [UInt8] {
        var bytes = [UInt8](repeating: gap, count: shape.byteCount)
        let flip: UInt8 = tensor.elementType == .int8 ? 0x80 : 0
        let rows = shape.layout.halo.top + shape.height + shape.layout.halo.bottom
        tensor.withUnsafeBytes { elements in
            for image in 0..<shape.images {
                for group in 0..<shape.groups {
                    let start = image * shape.imageBytes + group * shape.groupBytes
                    for byte in start..<(start + rows * shape.rowBytes) { bytes[byte] = zero }
                    for channel in (group * 16)..<min(group * 16 + 16, shape.channels) {
                        for pixel in 0..<(shape.height * shape.width) {
                            let (row, column) = pixel.quotientAndRemainder(dividingBy: shape.width)
                            let plane = image * shape.channels + channel
                            let at = start + shape.originBytes + row * shape.rowBytes + column * 16 + channel % 16
                            bytes[at] = elements[plane * shape.height * shape.width + pixel] ^ flip
                        }
                    }
                }
            }
        }
        return bytes
    }
}
