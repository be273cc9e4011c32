import ModelGraph
import Tensors

/// Writes a network's float graph, with weights from a seed that keep the variance of activations near one in every layer.
/// Only exactly rounded operations make a weight: the same seed gives the same bits on every machine.
struct SyntheticGraph {
    private var graph = Graph()
    private var numbers: SplitMix64
    private var count = 0
    private var channels = 3
    private let sparsity: Double
    private let arithmetic: LayerArithmetic
    private let seed: UInt64

    /// - Parameters:
    ///   - imageSide: height and width of the input, 32 at least.
    ///   - sparsity: the share of weight blocks that is zero, in every convolution but the first and depthwise ones.
    ///   - arithmetic: whose blocks these are.
    static func make(
        _ network: SyntheticNetwork, imageSide: Int, sparsity: Double, arithmetic: LayerArithmetic, seed: UInt64
    ) -> Graph {
        var builder = SyntheticGraph(imageSide, sparsity, arithmetic, seed)
        builder.graph.name = network.rawValue
        builder.add(network.parts)
        return builder.graph
    }

    private init(_ imageSide: Int, _ sparsity: Double, _ arithmetic: LayerArithmetic, _ seed: UInt64) {
        self.sparsity = sparsity
        self.arithmetic = arithmetic
        self.seed = seed
        numbers = SplitMix64(seed: seed)
        graph.opsets = ["": 17]
        let sides = Array(repeating: Dimension.fixed(imageSide), count: 2)
        graph.inputs = [
            ValueInfo(name: "input", elementType: .float32, shape: [.symbolic("N"), .fixed(channels)] + sides)
        ]
        graph.outputs = [ValueInfo(name: "output", elementType: .float32, shape: [.symbolic("N"), .fixed(1000)])]
    }

    private mutating func add(_ parts: [NetworkPart]) {
        var value = "input"
        for part in parts {
            switch part {
            case .convolution(let convolution): value = add(convolution, to: value)
            case .maxPool(let kernel, let stride, let padding):
                value = node(
                    "MaxPool", [value],
                    [
                        "kernel_shape": ints(kernel, 2), "strides": ints(stride, 2), "pads": ints(padding, 4),
                    ])
            case .residual(let branch, let shortcut, let activation):
                let inputs = channels
                let short = shortcut.map { add($0, to: value) } ?? value
                channels = inputs
                let long = branch.reduce(value) { add($1, to: $0) }
                value = add(activation, to: node("Add", [long, short]))
            }
        }
        let mean = node("Flatten", [node("GlobalAveragePool", [value])], ["axis": .int(1)])
        let deviation = (1 / Float(channels)).squareRoot()
        let weights = (0..<(1000 * channels)).map { _ in numbers.nextBell() * deviation }
        constant("classifier.weight", Tensor(weights, shape: [1000, channels]))
        constant("classifier.bias", Tensor(zeros: TensorType(.float32, [1000])))
        _ = node("Gemm", [mean, "classifier.weight", "classifier.bias"], ["transB": .int(1)], output: "output")
    }

    private mutating func add(_ convolution: NetworkConvolution, to input: String) -> String {
        let group = convolution.isDepthwise ? channels : 1
        let (inputs, kernel, outputs) = (channels / group, convolution.kernel, convolution.outputs)
        let isFirst = count == 0
        let name = "conv_\(count + 1)"
        let shape = [outputs, inputs, kernel, kernel]
        let zeroShare = isFirst || convolution.isDepthwise ? 0 : sparsity
        var weight = weight(shape, gain: convolution.gain, zeroShare: zeroShare)
        if zeroShare > 0 {
            // int8 kernels leave out other blocks than float kernels do.
            WeightBlocks(convolution: weight.type, group: group, as: arithmetic == .int8 ? .int8 : .float32)?
                .zero(zeroShare, of: &weight, seed: seed &+ UInt64(count))
        }
        constant(name + ".weight", weight)
        constant(name + ".bias", Tensor((0..<outputs).map { _ in numbers.nextBell() * 0.05 }))
        let attributes: [String: AttributeValue] = [
            "kernel_shape": ints(kernel, 2), "strides": ints(convolution.stride, 2), "pads": ints(kernel / 2, 4),
            "group": .int(Int64(group)),
        ]
        channels = outputs
        return add(convolution.activation, to: node("Conv", [input, name + ".weight", name + ".bias"], attributes))
    }

    /// Normal within each output, whose deviations differ as those of trained networks do: the reason for a scale to each.
    private mutating func weight(_ shape: [Int], gain: Float, zeroShare: Double) -> Tensor {
        let depth = shape[1] * shape[2] * shape[3]
        let kept = zeroShare < 1 ? Float(1 - zeroShare) : 1
        let deviation = (2 / (Float(depth) * kept)).squareRoot() * gain
        var weights: [Float] = []
        weights.reserveCapacity(shape[0] * depth)
        for _ in 0..<shape[0] {
            // Of mean square 1, from 0.2 to 1.8.
            let root = 1 + numbers.nextFloat() * 0.5
            let factor = deviation * 0.813 * root * root
            for _ in 0..<depth { weights.append(numbers.nextBell() * factor) }
        }
        return Tensor(weights, shape: shape)
    }

    private mutating func add(_ activation: NetworkActivation?, to value: String) -> String {
        switch activation {
        case nil: return value
        case .relu: return node("Relu", [value])
        case .relu6:
            constant("clip.low", Tensor(scalar: Float(0)))
            constant("clip.high", Tensor(scalar: Float(6)))
            return node("Clip", [value, "clip.low", "clip.high"])
        }
    }

    private mutating func node(
        _ operatorType: String, _ inputs: [String], _ attributes: [String: AttributeValue] = [:], output: String? = nil
    ) -> String {
        count += 1
        let name = "\(operatorType.lowercased())_\(count)"
        graph.nodes.append(
            Node(operatorType, name: name, inputs: inputs, outputs: [output ?? name], attributes: attributes))
        return output ?? name
    }

    private mutating func constant(_ name: String, _ tensor: Tensor) { graph.setInitializer(name, tensor) }

    private func ints(_ value: Int, _ count: Int) -> AttributeValue {
        .ints(Array(repeating: Int64(value), count: count))
    }
}

extension SplitMix64 {
    /// Near a normal distribution of deviation 1: the sum of four uniform numbers, -3.46 to 3.46.
    fileprivate mutating func nextBell() -> Float {
        let bits = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + bits >> 48
        return (Float(sum) - 131_070) * (1 / 37_837)
    }
}
