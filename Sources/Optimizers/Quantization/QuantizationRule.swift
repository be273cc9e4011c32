import ModelGraph
import Tensors

/// What quantization does with a kind of node, before its neighbours are looked at.
enum QuantizationRule {
    /// Has weights: input 0 is an activation, input 1 a constant; runs in int8 wherever it stands.
    case weighted
    /// Runs in int8 wherever it stands, on these inputs; the constants among them are quantized too.
    case anchor(inputs: [Int])
    /// Clamps: costs nothing between a node and its quantizer; by itself it runs on integers if its input has some.
    case clamp
    /// A function of one value that runs on integers if its input has some.
    case follower
    /// Moves or selects elements of input 0, so that its outputs share the scale; quantized if either side is.
    case passThrough
    /// Stays float.
    case float(reason: String)

    /// The rule for a node; opset 13 or newer.
    init(_ node: Node, in graph: Graph) {
        guard node.domain.isEmpty || node.domain == "ai.onnx" else {
            self = .float(reason: "not an ai.onnx operator")
            return
        }
        let all = Array(node.inputs.indices)
        switch node.operatorType {
        case "Conv", "ConvTranspose", "Gemm": self = .forWeights(node, graph)
        case "MatMul":
            self =
                node.input(1).flatMap { graph.constant($0) } == nil ? .forMatMul(node, graph) : .forWeights(node, graph)
        case "Add", "Mul": self = .forArithmetic(node, graph)
        case "Concat": self = .anchor(inputs: all)
        case "AveragePool", "GlobalAveragePool": self = .anchor(inputs: [0])
        case "Relu": self = .clamp
        case "Clip": self = .forClip(node, graph)
        case "LeakyRelu", "HardSigmoid", "HardSwish", "Sigmoid", "Tanh", "ReduceMean": self = .follower
        case "MaxPool":
            self = node.outputs.count > 1 ? .float(reason: "its indices are used") : .passThrough
        case "GlobalMaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Split", "Gather",
            "DepthToSpace", "SpaceToDepth", "Expand", "Tile", "Identity":
            self = .passThrough
        case "Pad": self = .forPad(node, graph)
        case "Resize": self = .forResize(node)
        default: self = .float(reason: "operator \(node.operatorType) is not quantized")
        }
    }

    private static func forWeights(_ node: Node, _ graph: Graph) -> QuantizationRule {
        guard let name = node.input(1), let weights = graph.constant(name) else {
            return .float(reason: "its weights are computed")
        }
        guard weights.elementType == .float32 else { return .float(reason: "its weights are \(weights.elementType)") }
        guard weights.isFinite else { return .float(reason: "its weights are not finite") }
        guard weights.elementCount > 0 else { return .float(reason: "its weights are empty") }
        let ranks = node.operatorType == "MatMul" ? 1...64 : node.operatorType == "Gemm" ? 2...2 : 3...5
        guard ranks.contains(weights.shape.count) else {
            return .float(reason: "its weights have shape \(weights.shape)")
        }
        if node.operatorType == "Gemm", node.intAttribute("transA", default: 0) != 0 {
            return .float(reason: "its input is transposed")
        }
        if node.operatorType == "Gemm" {
            let (alpha, beta) = (node.floatAttribute("alpha", default: 1), node.floatAttribute("beta", default: 1))
            let bias = node.input(2).flatMap { graph.constant($0) }?.floats() ?? []
            guard weights.floats().allSatisfy({ ($0 * alpha).isFinite }), bias.allSatisfy({ ($0 * beta).isFinite })
            else { return .float(reason: "its weights times alpha or its bias times beta are not finite") }
        }
        if node.operatorType == "ConvTranspose" {
            let group = node.intAttribute("group", default: 1)
            guard group >= 1, weights.shape[0] % group == 0 else {
                return .float(reason: "its \(weights.shape[0]) inputs do not divide into \(group) groups")
            }
        }
        if let bias = node.input(2) {
            guard let constant = graph.constant(bias) else { return .float(reason: "its bias is computed") }
            let channels = WeightLayout(node, weights: weights, perTensor: false).outputCount
            guard constant.elementType == .float32, constant.isFinite,
                constant.elementCount == 1 || (constant.elementCount == channels && constant.shape.last == channels)
            else { return .float(reason: "its bias is not one finite float32 for each output channel") }
        }
        return .weighted
    }

    private static func forMatMul(_ node: Node, _ graph: Graph) -> QuantizationRule {
        node.inputs.contains { graph.constant($0) != nil }
            ? .float(reason: "its first operand is constant") : .anchor(inputs: [0, 1])
    }

    private static func forArithmetic(_ node: Node, _ graph: Graph) -> QuantizationRule {
        for name in node.inputs {
            guard let constant = graph.constant(name) else { continue }
            guard constant.elementCount == 1, constant.isFinite else {
                return .float(reason: "one operand is a constant of \(constant.elementCount) elements")
            }
        }
        return .anchor(inputs: Array(node.inputs.indices))
    }

    private static func forClip(_ node: Node, _ graph: Graph) -> QuantizationRule {
        node.inputs.dropFirst().allSatisfy { $0.isEmpty || graph.constant($0) != nil }
            ? .clamp : .float(reason: "its bounds are computed")
    }

    private static func forPad(_ node: Node, _ graph: Graph) -> QuantizationRule {
        guard let value = node.input(2) else { return .passThrough }
        guard let constant = graph.constant(value), constant.floats().allSatisfy({ $0 == 0 }) else {
            return .float(reason: "it pads with something else than 0")
        }
        return .passThrough
    }

    private static func forResize(_ node: Node) -> QuantizationRule {
        guard case .string("tf_crop_and_resize")? = node.attributes["coordinate_transformation_mode"] else {
            switch node.attributes["mode"] {
            case nil, .string("nearest")?: return .passThrough
            case .string("linear")?: return .follower
            default: return .float(reason: "its interpolation overshoots")
            }
        }
        return .float(reason: "it extrapolates")
    }
}

extension Node {
    func intAttribute(_ name: String, default fallback: Int) -> Int {
        guard case .int(let value)? = attributes[name] else { return fallback }
        return Int(value)
    }

    func floatAttribute(_ name: String, default fallback: Float) -> Float {
        guard case .float(let value)? = attributes[name] else { return fallback }
        return value
    }
}

extension Tensor {
    /// Whether no element is infinite or NaN.
    var isFinite: Bool { floats().allSatisfy(\.isFinite) }
}
