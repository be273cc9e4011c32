import ModelGraph
import ReferenceBackend
import Tensors
import Testing

@testable import OpenCLBackend

/// Float convolutions and products in tf32 and float16, within the bound of NUMERICS.md of the exact ones.
@Suite(OpenCLDevices.areThere) struct PrecisionTests {
    private static let precisions: [FloatPrecision] = [.tf32, .float16]
    private static let tiles =
        [nil]
        + [(1, 1, 1), (1, 4, 1), (2, 1, 2), (2, 2, 1), (4, 2, 1), (2, 4, 4)].map {
            Optional(ConvF32MatrixTile(pixelTiles: $0.0, groups: $0.1, warps: $0.2))
        }
    private static let productTiles: [GemmF32MatrixTile?] = [
        nil, .fewRows, .small, .large, GemmF32MatrixTile(rowTiles: 2, columnTiles: 1, rowWarps: 1, columnWarps: 1),
    ]

    /// Dense and sparse, strided, dilated, grouped, with activations and residual additions.
    @Test(arguments: 0..<24) func convolutionsAreWithinTheBound(seed: Int) throws {
        var source = OperandSource(seed: 700 + seed)
        let rank = source.pick([1, 2, 2])
        var (group, channels, outputs) = (1, source.pick([1, 3, 4, 16, 17, 40]), source.pick([1, 16, 17, 64, 70]))
        switch source.integer(0...4) {
        case 0: (group, channels, outputs) = (2, 2 * source.pick([1, 5, 16, 24]), 2 * source.pick([16, 32]))
        case 1: (channels, outputs) = (source.pick([130, 256, 512]), source.pick([3, 48, 112]))
        default: break
        }
        let kernel = (0..<rank).map { _ in source.integer(1...3) }
        let dilations = (0..<rank).map { _ in source.integer(1...2) }
        let input = (0..<rank).map { max(source.integer(1...12), (kernel[$0] - 1) * dilations[$0] + 1) }
        let x = source.floats([source.integer(1...2), channels] + input)
        var constants = ["w": source.blockSparse([outputs, channels / group] + kernel)]
        if source.chance(0.7) { constants["b"] = source.floats([outputs]) }
        func ints(_ values: [Int]) -> AttributeValue { .ints(values.map { Int64($0) }) }
        let attributes: [String: AttributeValue] = [
            "group": .int(Int64(group)), "strides": ints((0..<rank).map { _ in source.integer(1...3) }),
            "dilations": ints(dilations), "pads": ints((0..<2 * rank).map { _ in source.integer(0...2) }),
        ]
        var fused = attributes
        switch source.integer(0...3) {
        case 0: fused["activation"] = .string("Relu")
        case 1: fused.merge(["activation": .string("Clip"), "activation_min": .float(0.5)]) { $1 }
        case 2: fused.merge(["activation": .string("LeakyRelu"), "activation_alpha": .float(0.2)]) { $1 }
        default: break
        }
        let names = ["x", "w"] + (constants["b"] == nil ? [] : ["b"])
        var trial = BoundedTrial(
            SessionTrial(
                nodes: [Node("Conv", domain: honeDomain, inputs: names, outputs: ["y"], attributes: fused)],
                inputs: ["x": x], constants: constants),
            plain: Node("Conv", inputs: names, outputs: ["y"], attributes: attributes),
            terms: channels / group * kernel.reduce(1, *))
        if seed % 3 == 0 {
            // Another convolution of the same input, so that the addition's other operand is a computed one.
            trial.session.nodes = ["c", "d"].map {
                Node("Conv", domain: honeDomain, inputs: names, outputs: [$0], attributes: fused)
            }
            trial.session.nodes += [
                Node("Add", inputs: ["c", "d"], outputs: ["s"]), Node("Relu", inputs: ["s"], outputs: ["y"]),
            ]
            trial.summands = 2
        }
        let tile = PrecisionTests.tiles[seed % PrecisionTests.tiles.count]
        try ConvF32MatrixTile.$forced.withValue(tile) {
            try trial.check("seed \(seed): \(x.shape) * \(fused), \(String(describing: tile))")
        }
    }

    @Test(arguments: 0..<10) func transposedConvolutionsAreWithinTheBound(seed: Int) throws {
        var source = OperandSource(seed: 800 + seed)
        let (channels, outputs) = (source.pick([1, 5, 16, 20, 40]), source.pick([1, 5, 16, 33]))
        let kernel = [source.integer(1...4), source.integer(1...4)]
        let strides = [source.integer(1...3), source.integer(1...3)].map { Int64($0) }
        let node = Node(
            "ConvTranspose", inputs: ["x", "w"], outputs: ["y"], attributes: ["strides": .ints(strides)])
        let trial = BoundedTrial(
            SessionTrial(
                nodes: [node],
                inputs: ["x": source.floats([1, channels, source.integer(2...9), source.integer(2...9)])],
                constants: ["w": source.floats([channels, outputs] + kernel)]),
            plain: node, terms: channels * kernel.reduce(1, *))
        try trial.check("seed \(seed): \(channels) channels, \(kernel), \(strides)")
    }

    @Test(arguments: 0..<16) func gemmsAreWithinTheBound(seed: Int) throws {
        var source = OperandSource(seed: 900 + seed)
        let (rows, depth) = (source.pick([1, 5, 13, 65, 130]), source.pick([1, 7, 32, 64, 200]))
        let columns = source.pick([1, 10, 16, 33, 128, 140])
        let (transA, transB) = (source.chance(0.3), source.chance(0.5))
        let addends: [[Int]] = [[], [columns], [1, columns], [rows, 1], [rows, columns]]
        var trial = SessionTrial(nodes: [], inputs: ["a": source.floats(transA ? [depth, rows] : [rows, depth])])
        trial.inputs["b"] = source.floats(transB ? [columns, depth] : [depth, columns])
        if source.chance(0.7) { trial.constants["c"] = source.floats(source.pick(addends)) }
        let attributes: [String: AttributeValue] = [
            "transA": .int(transA ? 1 : 0), "transB": .int(transB ? 1 : 0),
            "alpha": .float(source.pick([1, 1, 0.5, 0])), "beta": .float(source.pick([1, 1, 2, 0])),
        ]
        let names = ["a", "b"] + (trial.constants["c"] == nil ? [] : ["c"])
        let fused = attributes.merging(source.chance(0.5) ? ["activation": .string("Relu")] : [:]) { $1 }
        trial.nodes = [Node("Gemm", domain: honeDomain, inputs: names, outputs: ["y"], attributes: fused)]
        let tile = PrecisionTests.productTiles[seed % PrecisionTests.productTiles.count]
        try GemmF32MatrixTile.$forced.withValue(tile) {
            try BoundedTrial(
                trial, plain: Node("Gemm", inputs: names, outputs: ["y"], attributes: attributes), terms: depth
            )
            .check("seed \(seed): \(rows) x \(depth) x \(columns), \(fused), \(String(describing: tile))")
        }
    }

    @Test func stacksOfMatricesAreWithinTheBound() throws {
        var source = OperandSource(seed: 1000)
        let shapes = [([3, 5, 40], [40, 70]), ([2, 3, 9, 40], [3, 40, 8]), ([2, 1, 70, 40], [1, 3, 40, 66])]
        for (a, b) in shapes {
            let node = Node("MatMul", inputs: ["a", "b"], outputs: ["y"])
            let trial = SessionTrial(nodes: [node], inputs: ["a": source.floats(a), "b": source.floats(b)])
            try BoundedTrial(trial, plain: node, terms: 40).check("\(a) x \(b)")
        }
    }

    /// A product with 1 is the operand as it was rounded, bit for bit: the kernel's rounding is Swift's.
    @Test(arguments: precisions) func operandsAreRoundedOnce(precision: FloatPrecision) throws {
        var source = OperandSource(seed: 1100)
        var values: [Float] = [
            0, -0.0, .infinity, -.infinity, .nan, 65504, 65519, 65520, -65536, 0x1p-14, 0x1.ffcp-15, 0x1p-24, 0x1p-25,
            0x1.8p-24, 0x1.ffep0, 0x1.002p0, 0x1.006p0, 0x1.001p0, 0x1.003p0, .leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude, -0x1.ffeffep127,
        ]
        for _ in 0..<2000 {
            let bits = UInt32(source.integer(0...Int(UInt32.max)))
            values.append(Float(bitPattern: bits))
            // About as many in float16's range.
            values.append(Float(bitPattern: bits & 0x8fff_ffff | 0x3000_0000))
        }
        let trial = SessionTrial(
            nodes: [Node("MatMul", inputs: ["a", "b"], outputs: ["y"])],
            inputs: ["a": Tensor(values, shape: [values.count, 1]), "b": Tensor([Float(1)], shape: [1, 1])])
        let device = try #require(OpenCLDevices.chosen)
        let backend = OpenCLBackend(device: device, precision: precision, definitions: ReferenceBackend())
        let found = try #require(try trial.run(on: backend)["y"]).elements(as: Float.self)
        for (value, result) in zip(values, found) {
            let wanted = precision == .tf32 ? value.roundedToTF32 : Float(Float16(value))
            // A sum of +0 and -0 is +0.
            #expect(result == wanted || (result.isNaN && wanted.isNaN), "\(value): \(result), not \(wanted)")
        }
    }

    /// What takes no part in float32 takes none here: an infinite channel whose weights are zero.
    @Test(arguments: precisions) func zeroTapsTakeNoPart(precision: FloatPrecision) throws {
        var source = OperandSource(seed: 1200)
        var x = source.floats([1, 19, 3, 5]).elements(as: Float.self)
        var w = source.floats([33, 19, 1, 1]).elements(as: Float.self)
        for index in 0..<15 { x[6 * 15 + index] = index % 2 == 0 ? .infinity : .nan }
        for output in 0..<33 { w[output * 19 + 6] = 0 }
        let trial = SessionTrial(
            nodes: [Node("Conv", inputs: ["x", "w"], outputs: ["y"])],
            inputs: ["x": Tensor(x, shape: [1, 19, 3, 5])], constants: ["w": Tensor(w, shape: [33, 19, 1, 1])])
        let device = try #require(OpenCLDevices.chosen)
        let backend = OpenCLBackend(device: device, precision: precision, definitions: ReferenceBackend())
        let found = try #require(try trial.run(on: backend)["y"]).elements(as: Float.self)
        #expect(found.allSatisfy { $0.isFinite })
    }

    /// A value of NaN from a device whose bits are float32's would pass every bound.
    @Test func float32IsExact() throws {
        var source = OperandSource(seed: 1300)
        let trial = SessionTrial(
            nodes: [Node("MatMul", inputs: ["a", "b"], outputs: ["y"])],
            inputs: ["a": source.floats([33, 50]), "b": source.floats([50, 21])])
        let device = try #require(OpenCLDevices.chosen)
        let expected = try trial.run(on: ReferenceBackend())
        for precision in FloatPrecision.allCases {
            let backend = OpenCLBackend(device: device, precision: precision, definitions: ReferenceBackend())
            let found = try trial.run(on: backend)
            #expect((found == expected) == (precision == .float32), "\(precision)")
        }
    }
}

/// A trial whose results may be off by what NUMERICS.md says of a precision.
private struct BoundedTrial {
    var session: SessionTrial
    /// The convolution or product without what is fused behind it, all of which moves results no further apart.
    let plain: Node
    /// Of a sum.
    let terms: Int
    /// How many of its results are added.
    var summands = 1

    init(_ session: SessionTrial, plain: Node, terms: Int) {
        (self.session, self.plain, self.terms) = (session, plain, terms)
    }

    func check(_ name: String) throws {
        let reference = ReferenceBackend()
        let device = try #require(OpenCLDevices.chosen)
        let expected = try #require(try session.run(on: reference)["y"])
        let sizes = try #require(try magnitudes.run(on: reference)["y"]).elements(as: Float.self)
        for precision in [FloatPrecision.tf32, .float16] {
            let backend = OpenCLBackend(device: device, precision: precision, definitions: reference)
            let found = try #require(try session.run(on: backend)["y"])
            #expect(found.type == expected.type, "\(name)")
            let pairs = zip(found.elements(as: Float.self), expected.elements(as: Float.self))
            let wrong = zip(pairs, sizes).filter { pair, size in
                !(abs(Double(pair.0) - Double(pair.1)) <= bound(Double(size), precision) * Double(summands))
            }
            #expect(
                wrong.isEmpty,
                "\(name) in \(precision): \(wrong.count) of \(sizes.count), first \(String(describing: wrong.first))")
        }
    }

    /// The same sums of magnitudes.
    private var magnitudes: SessionTrial {
        func magnitude(_ tensor: Tensor) -> Tensor {
            Tensor(tensor.elements(as: Float.self).map(abs), shape: tensor.shape)
        }
        var trial = session
        trial.nodes = [plain]
        trial.inputs = trial.inputs.mapValues(magnitude)
        trial.constants = trial.constants.mapValues(magnitude)
        return trial
    }

    private func bound(_ size: Double, _ precision: FloatPrecision) -> Double {
        let (unit, terms) = (0x1p-11, Double(self.terms))
        let rounding = 2 * unit + unit * unit + (terms + 4) * 0x1p-22
        // Operands of up to 4, below 2^-14 off by 2^-25.
        return size * rounding + (precision == .float16 ? 8 * terms * 0x1p-25 : 0) + 0x1p-120
    }
}
