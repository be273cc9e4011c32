import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport

/// A random network whose every sum is exact: weights and inputs are small integers, all factors powers of two. Sums in
/// another order then have the same bits, and what channels do can be compared with `==`.
struct ChannelGraph {
    var tiny: TinyGraph
    private var random: SeededGenerator
    private var count = 0
    /// The value that the next layer reads, with its shape without the batch.
    private var current: (name: String, channels: Int, side: Int)
    /// How often each kind of layer was made.
    private(set) var kinds: [String: Int] = [:]

    /// - Parameter opset: 11 has sizes of Split as an attribute, 13 as an input.
    init(seed: UInt64, opset: Int = 13, layers: Int = 6) {
        tiny = TinyGraph(opset: opset)
        random = SeededGenerator(seed: seed)
        tiny.input("x", [nil, 3, 8, 8])
        current = ("x", 3, 8)
        convolution(16)
        let steps: [(String, (inout ChannelGraph) -> Void)] = [
            ("convolution", { $0.convolution(8 * Int.random(in: 1...3, using: &$0.random)) }),
            ("residual", { $0.residual() }), ("concat", { $0.concat() }), ("depthwise", { $0.depthwise(1) }),
            ("multiplier", { $0.depthwise(2) }), ("grouped", { $0.grouped() }), ("split", { $0.split() }),
            ("slice", { $0.slice() }), ("normalization", { $0.normalization() }), ("scaling", { $0.scaling() }),
            ("pool", { $0.pool() }), ("gate", { $0.gate() }), ("padding", { $0.padding() }),
        ]
        for _ in 0..<layers {
            guard let (kind, step) = steps.randomElement(using: &random) else { continue }
            kinds[kind, default: 0] += 1
            step(&self)
        }
        head()
    }

    private mutating func name(_ base: String) -> String {
        count += 1
        return "\(base)\(count)"
    }

    private mutating func integers(_ shape: [Int], _ range: ClosedRange<Int> = -1...1) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { _ in Float(Int.random(in: range, using: &random)) }, shape: shape)
    }

    /// Sums grow from layer to layer: a sixteenth of them, cut to an integer from 0 to 4, keeps all exact.
    private mutating func damp() {
        let (factor, value, whole, back, cut) = (
            name("sixteenth"), name("damped"), name("whole"), name("back"), name("cut")
        )
        tiny.constant(factor, Tensor(scalar: Float(0.0625)))
        tiny.node("Mul", [current.name, factor], [value])
        tiny.node("Cast", [value], [whole], ["to": .int(Int64(ElementType.int32.rawValue))])
        tiny.node("Cast", [whole], [back], ["to": .int(Int64(ElementType.float32.rawValue))])
        tiny.constant(cut + "_low", Tensor(scalar: Float(0)))
        tiny.constant(cut + "_high", Tensor(scalar: Float(4)))
        tiny.node("Clip", [back, cut + "_low", cut + "_high"], [cut])
        current.name = cut
    }

    private mutating func convolution(
        _ outputs: Int, group: Int = 1, kernel: Int = 3, from source: String? = nil, damps: Bool = true
    ) {
        let (weight, bias, value) = (name("w"), name("b"), name("conv"))
        tiny.constant(weight, integers([outputs, current.channels / group, kernel, kernel]))
        tiny.constant(bias, integers([outputs], -4...4))
        tiny.node(
            "Conv", [source ?? current.name, weight, bias], [value],
            [
                "group": .int(Int64(group)),
                "pads": .ints([Int64](repeating: Int64(kernel / 2), count: 4)),
            ])
        current = (value, outputs, current.side)
        if damps { damp() }
    }

    private mutating func residual() {
        let before = current
        convolution(before.channels)
        let sum = name("sum")
        tiny.node("Add", [before.name, current.name], [sum])
        let relu = name("relu")
        tiny.node("Relu", [sum], [relu])
        current.name = relu
    }

    private mutating func concat() {
        let before = current
        convolution(8)
        let first = current
        current = before
        convolution(16, kernel: 1)
        let joined = name("joined")
        tiny.node("Concat", [first.name, before.name, current.name], [joined], ["axis": .int(1)])
        current = (joined, 24 + before.channels, current.side)
    }

    private mutating func depthwise(_ multiplier: Int) {
        convolution(current.channels * multiplier, group: current.channels)
    }

    private mutating func grouped() {
        if current.channels % 2 == 1 { convolution(8) }
        convolution(16, group: 2)
    }

    private mutating func split() {
        let half = current.channels / 2
        let parts = (name("part"), name("part"))
        let sizes = [Int64(half), Int64(current.channels - half)]
        if tiny.graph.opsets[""] == 11 {
            tiny.node("Split", [current.name], [parts.0, parts.1], ["axis": .int(1), "split": .ints(sizes)])
        } else {
            let input = tiny.constant(name("sizes"), Tensor(sizes))
            tiny.node("Split", [current.name, input], [parts.0, parts.1], ["axis": .int(1)])
        }
        let rest = current.channels - half
        current = (parts.0, half, current.side)
        convolution(rest)
        let sum = name("sum")
        tiny.node("Add", [current.name, parts.1], [sum])
        current.name = sum
    }

    /// The channels from the third on, with a negative axis.
    private mutating func slice() {
        let base = name("slice")
        let bounds: [(String, Int64)] = [("starts", 2), ("ends", Int64.max), ("axes", -3)]
        for (part, value) in bounds { tiny.constant(base + part, Tensor([value])) }
        tiny.node("Slice", [current.name] + bounds.map { base + $0.0 }, [base])
        current = (base, current.channels - 2, current.side)
    }

    private mutating func normalization() {
        let value = name("normalized")
        let factors = integers([current.channels], 0...2)
        tiny.constant(value + "_scale", Tensor(factors.floats().map { $0 == 0 ? 1 : $0 }))
        tiny.constant(value + "_shift", integers([current.channels]))
        tiny.constant(value + "_mean", integers([current.channels]))
        tiny.constant(value + "_variance", Tensor([Float](repeating: 4, count: current.channels)))
        tiny.node(
            "BatchNormalization",
            [current.name] + ["scale", "shift", "mean", "variance"].map { "\(value)_\($0)" }, [value],
            ["epsilon": .float(0)])
        current.name = value
    }

    private mutating func scaling() {
        let (factor, value, slope, result) = (name("factor"), name("scaled"), name("slope"), name("bent"))
        tiny.constant(factor, integers([current.channels, 1, 1], 1...2))
        tiny.node("Mul", [factor, current.name], [value])
        tiny.constant(slope, integers([current.channels, 1, 1], 0...1))
        tiny.node("PRelu", [value, slope], [result])
        current.name = result
    }

    private mutating func pool() {
        guard current.side > 2 else { return }
        let value = name("pool")
        tiny.node("MaxPool", [current.name], [value], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
        current = (value, current.channels, current.side / 2)
    }

    /// The shortcut of residual networks without weights: channels of zeros beside those there are.
    private mutating func padding() {
        let (pads, value) = (name("pads"), name("padded"))
        tiny.constant(pads, Tensor([Int64(0), 3, 0, 0, 0, 5, 0, 0]))
        tiny.node("Pad", [current.name, pads], [value])
        let before = current
        convolution(before.channels + 8)
        let sum = name("sum")
        tiny.node("Add", [value, current.name], [sum])
        current.name = sum
    }

    /// Squeeze and excite: one factor for each channel, computed from all.
    private mutating func gate() {
        let before = current
        let pooled = name("pooled")
        tiny.node("GlobalMaxPool", [current.name], [pooled])
        current.name = pooled
        convolution(8, kernel: 1)
        convolution(before.channels, kernel: 1)
        let gated = name("gated")
        tiny.node("Mul", [before.name, current.name], [gated])
        current = (gated, before.channels, before.side)
    }

    /// Flatten as exporters write it, channels first or last, and two fully connected layers.
    private mutating func head() {
        var source = current.name
        let isLast = Bool.random(using: &random)
        if isLast {
            let turned = name("turned")
            tiny.node("Transpose", [source], [turned], ["perm": .ints([0, 2, 3, 1])])
            source = turned
        }
        let flat = name("flat")
        let width = current.channels * current.side * current.side
        kinds[isLast ? "channels last" : "channels first", default: 0] += 1
        switch Int.random(in: 0..<3, using: &random) {
        case 0: tiny.node("Flatten", [source], [flat])
        case 1:
            let shape = tiny.constant(name("shape"), Tensor([Int64(-1), Int64(width)]))
            tiny.node("Reshape", [source, shape], [flat])
        default:
            let shape = tiny.constant(name("shape"), Tensor([Int64(0), -1]))
            tiny.node("Reshape", [source, shape], [flat])
        }
        let (first, hidden, second) = (name("w"), name("hidden"), name("w"))
        let isTransposed = Bool.random(using: &random)
        tiny.constant(first, integers(isTransposed ? [16, width] : [width, 16]))
        tiny.constant(first + "_bias", integers([16]))
        tiny.node(
            "Gemm", [flat, first, first + "_bias"], [hidden], ["transB": .int(isTransposed ? 1 : 0)])
        tiny.constant(second, integers([16, 5]))
        tiny.node("MatMul", [hidden, second], ["y"])
        tiny.output("y")
    }

    /// Small integers for the input.
    mutating func feed(batch: Int = 2) -> [String: Tensor] { ["x": integers([batch, 3, 8, 8], -3...3)] }
}
