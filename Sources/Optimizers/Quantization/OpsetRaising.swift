import ModelGraph
import Tensors

/// Brings a graph to opset 13, the first whose QuantizeLinear and DequantizeLinear take a scale for each channel.
///
/// Operators whose form changed between opset 7 and 13 are rewritten; one whose change is not implemented is an error,
/// never a guess. The sources are the version histories of the ONNX operators.
package enum OpsetRaising {
    package static let target = 13
    /// The intermediate representation that came with opset 13.
    static let intermediateRepresentation = 7
    private static let oldest = 7

    /// Raises the graph in place; one of opset 13 or newer keeps its opset.
    ///
    /// Before IR 4 every initializer had to be listed as a graph input. Such inputs are removed, since newer files mean by
    /// them that the caller may replace the constant.
    package static func raise(_ graph: inout Graph) throws(HoneError) {
        if graph.irVersion < 4 { graph.inputs.removeAll { graph.initializers[$0.name] != nil } }
        graph.irVersion = max(graph.irVersion, intermediateRepresentation)
        let opset = graph.opsets[""] ?? target
        graph.opsets[""] = max(opset, target)
        guard opset < target else { return }
        guard opset >= oldest else {
            throw HoneError(
                .unsupported, "opset \(opset) cannot be raised to \(target); the oldest that can is \(oldest)",
                remedy: "convert the model with the onnx package's version converter")
        }
        var conversion = OpsetConversion(graph, from: opset)
        for node in graph.nodes {
            guard node.domain.isEmpty || node.domain == "ai.onnx" else {
                conversion.nodes.append(node)
                continue
            }
            do throws(HoneError) {
                try conversion.convert(node)
            } catch {
                throw error.atNode(node.label(opset: opset))
            }
        }
        for (name, tensor) in conversion.constants { graph.setInitializer(name, tensor) }
        graph.nodes = conversion.nodes
    }
}

/// The nodes converted so far and the constants that replace attributes.
struct OpsetConversion {
    let opset: Int
    var nodes: [Node] = []
    var constants: [(name: String, tensor: Tensor)] = []
    private var names: NameScope
    private let ranks: [String: Int]

    init(_ graph: Graph, from opset: Int) {
        self.opset = opset
        names = NameScope(graph)
        var ranks: [String: Int] = [:]
        for value in graph.inputs + graph.outputs + Array(graph.declaredTypes.values) {
            if let shape = value.shape { ranks[value.name] = shape.count }
        }
        self.ranks = ranks
    }

    mutating func convert(_ node: Node) throws(HoneError) {
        var node = node
        switch node.operatorType {
        case "Squeeze", "Unsqueeze", "ReduceSum": try moveInts("axes", of: &node, toInput: 1)
        case "Split": try moveInts("split", of: &node, toInput: 1)
        case "Clip" where opset < 11: try convertClip(&node)
        case "Pad" where opset < 11: try convertPad(&node)
        case "Slice" where opset < 10: try convertSlice(&node)
        case "Dropout" where opset < 12: try convertDropout(&node)
        case "BatchNormalization" where opset < 9: try convertBatchNormalization(&node)
        case "Upsample", "Resize":
            if node.operatorType == "Upsample" || opset < 11 { try convertResize(&node) }
        case "Softmax", "LogSoftmax", "Hardmax":
            try convertSoftmax(node)
            return
        default:
            guard OpsetConversion.unchanged.contains(node.operatorType) || keepsForm(node.operatorType) else {
                throw HoneError(
                    .unsupported,
                    "raising this operator from opset \(opset) to \(OpsetRaising.target) is not implemented",
                    remedy: "convert the model with the onnx package's version converter")
            }
        }
        nodes.append(node)
    }

    /// Adds a node that the conversion needs.
    mutating func append(
        _ type: String, inputs: [String], output: String, attributes: [String: AttributeValue] = [:]
    ) {
        nodes.append(Node(type, name: output, inputs: inputs, outputs: [output], attributes: attributes))
    }

    /// An unused name made from the node's first output.
    mutating func name(_ suffix: String, for node: Node) -> String {
        names.unused("\(node.outputs.first ?? node.operatorType)_\(suffix)")
    }

    /// Makes a constant and returns its name.
    mutating func constant(_ suffix: String, _ tensor: Tensor, for node: Node) -> String {
        let name = name(suffix, for: node)
        constants.append((name, tensor))
        return name
    }

    /// The rank that the file declares for a value.
    func declaredRank(_ value: String?) -> Int? { value.flatMap { ranks[$0] } }

    /// Operators that had a changed form and now have the one of opset 13.
    private func keepsForm(_ type: String) -> Bool {
        ["Clip", "Pad", "Slice", "Dropout", "BatchNormalization"].contains(type)
    }

    /// Operators whose attributes and inputs mean the same in every opset from 7 (or where they began) to 13.
    private static let unchanged: Set<String> = [
        "Abs", "Add", "And", "ArgMax", "ArgMin", "AveragePool", "Cast", "Ceil", "Concat", "Constant",
        "ConstantOfShape", "Conv", "ConvInteger", "ConvTranspose", "Cos", "DepthToSpace", "DequantizeLinear", "Div",
        "DynamicQuantizeLinear", "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "Gather", "Gemm",
        "GlobalAveragePool", "GlobalMaxPool", "Greater", "HardSigmoid", "Identity", "InstanceNormalization", "LRN",
        "LeakyRelu", "Less", "Log", "MatMul", "MatMulInteger", "Max", "MaxPool", "Mean", "Min", "Mul", "Neg", "Not",
        "Or", "PRelu", "Pow", "QLinearConv", "QLinearMatMul", "QuantizeLinear", "Reciprocal", "ReduceL1", "ReduceL2",
        "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "Relu", "Reshape", "Round", "Selu", "Shape", "Sigmoid",
        "Sign", "Sin", "Size", "Softplus", "Softsign", "SpaceToDepth", "Sqrt", "Sub", "Sum", "Tanh", "Tile",
        "Transpose", "Where", "Xor",
    ]
}
