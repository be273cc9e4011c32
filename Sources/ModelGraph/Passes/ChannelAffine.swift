import Tensors

/// `y = scale[c] * x + shift[c]` with constants: what BatchNormalization, or a Mul, Div, Add or Sub with one value per
/// channel, does at inference. In double, so that folding rounds once.
struct ChannelAffine {
    /// Where a tensor has its channels.
    enum Axis {
        /// Dimension 1 of `rank`.
        case second(rank: Int)
        case last(rank: Int?)
    }

    var scale: [Double]
    var shift: [Double]

    var isShifting: Bool { shift.contains { $0 != 0 } }

    /// A BatchNormalization in its inference form; nil if its parameters are not constant.
    init?(batchNormalization node: Node, _ editor: GraphEditor) {
        guard node.applies("BatchNormalization"), node.int("training_mode") ?? 0 == 0, node.int("spatial") ?? 1 == 1,
            node.outputs.dropFirst().allSatisfy({ editor.isUnused($0) }),
            let gamma = editor.constant(node, 1), let beta = editor.constant(node, 2),
            let mean = editor.constant(node, 3), let variance = editor.constant(node, 4)
        else { return nil }
        let parameters = [gamma, beta, mean, variance].map { $0.doubles() }
        let count = parameters[0].count
        guard parameters.allSatisfy({ $0.count == count }) else { return nil }
        // ONNX BatchNormalization 7, 9, 14, 15: epsilon is 1e-5 unless given.
        let epsilon = Double(node.float("epsilon") ?? 1e-5)
        let factors = zip(parameters[0], parameters[3]).map { $0 / ($1 + epsilon).squareRoot() }
        scale = factors
        shift = (0..<count).map { parameters[1][$0] - parameters[2][$0] * factors[$0] }
        guard isFinite else { return nil }
    }

    /// A Mul, Div, Add or Sub of `value` and a constant with one element, or one per channel; nil for other nodes.
    init?(arithmetic node: Node, on value: String, channels: Int, axis: Axis, _ editor: GraphEditor) {
        guard node.isStandard, ["Mul", "Div", "Add", "Sub"].contains(node.operatorType), node.inputs.count == 2,
            let position = node.inputs.firstIndex(of: value), let constant = editor.constant(node, 1 - position),
            constant.elementType.isFloatingPoint,
            let factors = ChannelAffine.perChannel(constant, channels: channels, axis: axis)
        else { return nil }
        let ones = [Double](repeating: 1, count: channels)
        let zeros = [Double](repeating: 0, count: channels)
        switch (node.operatorType, position) {
        case ("Mul", _): (scale, shift) = (factors, zeros)
        case ("Add", _): (scale, shift) = (ones, factors)
        case ("Div", 0): (scale, shift) = (factors.map { 1 / $0 }, zeros)
        case ("Sub", 0): (scale, shift) = (ones, factors.map { -$0 })
        case ("Sub", _): (scale, shift) = (ones.map { -$0 }, factors)
        default: return nil
        }
        guard isFinite else { return nil }
    }

    /// The values of a constant that broadcasts along the channels alone, nil where it would change the shape.
    static func perChannel(_ constant: Tensor, channels: Int, axis: Axis) -> [Double]? {
        let shape = constant.shape
        let channelDimension: Int
        switch axis {
        case .second(let rank):
            guard shape.count <= rank else { return nil }
            channelDimension = shape.count - rank + 1
        case .last(let rank):
            // Where the rank that the constant broadcasts to is not known, it may have no dimension in front.
            guard shape.count <= rank ?? 1 else { return nil }
            channelDimension = shape.count - 1
        }
        for (dimension, size) in shape.enumerated() where size != 1 {
            guard dimension == channelDimension, size == channels else { return nil }
        }
        let values = constant.doubles()
        if values.count == channels { return values }
        return values.count == 1 ? [Double](repeating: values[0], count: channels) : nil
    }

    private var isFinite: Bool { scale.allSatisfy(\.isFinite) && shift.allSatisfy(\.isFinite) }
}

extension Tensor {
    /// The elements in double, exactly for every floating-point type.
    func doubles() -> [Double] {
        elementType == .float64 ? elements(as: Double.self) : floats().map { Double($0) }
    }

    /// Values rounded to a floating-point type; nil where one is not finite in it.
    static func rounding(_ values: [Double], shape: [Int], to type: ElementType) -> Tensor? {
        let tensor: Tensor
        switch type {
        case .float64: tensor = Tensor(values, shape: shape)
        case .float16: tensor = Tensor(values.map { Float16($0) }, shape: shape)
        case .bfloat16: tensor = Tensor(values.map { BFloat16(Float($0)) }, shape: shape)
        default: tensor = Tensor(values.map { Float($0) }, shape: shape)
        }
        return tensor.floats().allSatisfy(\.isFinite) || type == .float64 ? tensor : nil
    }
}
