import Tensors

/// A Conv, ConvTranspose, Gemm or MatMul with constant weights, with its bias, as folding sees it.
struct LinearLayer {
    /// The node that holds the weights.
    let number: Int
    let node: Node
    /// The node that makes the result: the Add behind a MatMul, else the layer itself.
    let resultNumber: Int
    let weight: Tensor
    /// In double, one value per output channel; nil where there is none.
    let bias: [Double]?
    let biasName: String?
    let channels: Int
    let axis: ChannelAffine.Axis

    /// The layer whose result is `value`; nil if it is none, or if its weights or bias are not constant.
    ///
    /// - Parameter types: known types; without them a MatMul's bias may have one dimension only.
    init?(making value: String, _ editor: GraphEditor, types: StaticTypes? = nil) {
        guard let result = editor.producer(of: value, among: ["Conv", "ConvTranspose", "Gemm", "MatMul", "Add"])
        else { return nil }
        resultNumber = result.number
        switch result.node.operatorType {
        case "Add":
            // MatMul + constant: the layer is the pair.
            guard let position = result.node.inputs.firstIndex(where: { editor.constant($0) != nil }),
                result.node.inputs.count == 2,
                let matMul = editor.producer(of: result.node.inputs[1 - position], among: ["MatMul"]),
                editor.hasSingleUser(result.node.inputs[1 - position]),
                let weight = editor.constant(matMul.node, 1), weight.rank == 2,
                let constant = editor.constant(result.node, position), let left = matMul.node.input(0),
                let bias = ChannelAffine.perChannel(
                    constant, channels: weight.shape[1], axis: .last(rank: types?.rank(left)))
            else { return nil }
            (number, node, axis) = (matMul.number, matMul.node, .last(rank: types?.rank(left)))
            (self.weight, self.bias, biasName) = (weight, bias, result.node.inputs[position])
            channels = weight.shape[1]
        case "MatMul":
            guard let weight = editor.constant(result.node, 1), weight.rank == 2 else { return nil }
            (number, node, axis) = (result.number, result.node, .last(rank: nil))
            (self.weight, bias, biasName) = (weight, nil, nil)
            channels = weight.shape[1]
        case "Gemm":
            let isTransposed = result.node.int("transB") ?? 0 != 0
            guard let weight = editor.constant(result.node, 1), weight.rank == 2 else { return nil }
            channels = weight.shape[isTransposed ? 0 : 1]
            if let name = result.node.input(2) {
                guard result.node.float("beta") ?? 1 == 1, let constant = editor.constant(name),
                    let values = ChannelAffine.perChannel(constant, channels: channels, axis: .second(rank: 2))
                else { return nil }
                (bias, biasName) = (values, name)
            } else {
                (bias, biasName) = (nil, nil)
            }
            (number, node, axis) = (result.number, result.node, .second(rank: 2))
            self.weight = weight
        default:
            guard let weight = editor.constant(result.node, 1), weight.rank >= 3 else { return nil }
            let group = result.node.int("group") ?? 1
            if result.node.operatorType == "Conv" {
                channels = weight.shape[0]
            } else {
                guard group > 0, group <= weight.shape[0], weight.shape[0] % group == 0 else { return nil }
                channels = weight.shape[1] * group
            }
            if let name = result.node.input(2) {
                guard let constant = editor.constant(name), constant.shape == [channels] else { return nil }
                (bias, biasName) = (constant.doubles(), name)
            } else {
                (bias, biasName) = (nil, nil)
            }
            (number, node, axis) = (result.number, result.node, .second(rank: weight.rank))
            self.weight = weight
        }
        guard weight.elementType.isFloatingPoint, weight.elementCount > 0 else { return nil }
    }

    /// Whether the weights come with a place for a bias: all but a MatMul without Add.
    var canHaveBias: Bool { !node.applies("MatMul") || biasName != nil }

    /// The weights with every output channel scaled.
    func scaledWeight(_ scale: [Double]) -> Tensor? {
        let values = weight.doubles()
        let scaled: [Double]
        switch node.operatorType {
        case "Conv":
            let row = values.count / channels
            scaled = values.indices.map { values[$0] * scale[$0 / row] }
        case "ConvTranspose":
            // Weights are [C, M / group, kernel...]; output channel m belongs to the group of its input channel.
            let (inner, kernel) = (weight.shape[1], weight.shape[2...].reduce(1, *))
            let channelsPerGroup = weight.shape[0] / (channels / inner)
            scaled = values.indices.map { index in
                let (inputChannel, outputInGroup) = (index / (inner * kernel), index / kernel % inner)
                return values[index] * scale[inputChannel / channelsPerGroup * inner + outputInGroup]
            }
        case "Gemm" where node.int("transB") ?? 0 != 0:
            let row = values.count / channels
            scaled = values.indices.map { values[$0] * scale[$0 / row] }
        default:
            scaled = values.indices.map { values[$0] * scale[$0 % channels] }
        }
        return Tensor.rounding(scaled, shape: weight.shape, to: weight.elementType)
    }
}

extension Tensor {
    var rank: Int { shape.count }
}
