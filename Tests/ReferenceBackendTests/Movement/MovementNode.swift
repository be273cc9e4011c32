import ModelGraph
import ReferenceBackend
import Runtime
import Tensors

/// Runs graphs of one node on the reference backend, every input fed at run time.
enum MovementNode {
    static func run(
        _ operatorType: String, _ inputs: [Tensor?], opset: Int = 19, outputs: Int = 1,
        _ attributes: [String: AttributeValue] = [:]
    ) throws(HoneError) -> [Tensor] {
        var graph = Graph()
        graph.opsets = ["": opset]
        var feed: [String: Tensor] = [:]
        for (index, tensor) in inputs.enumerated() {
            guard let tensor else { continue }
            feed["x\(index)"] = tensor
            graph.inputs.append(ValueInfo(name: "x\(index)", elementType: tensor.elementType, shape: nil))
        }
        let names = (0..<outputs).map { "y\($0)" }
        graph.outputs = names.map { ValueInfo(name: $0, elementType: nil, shape: nil) }
        graph.nodes = [
            Node(
                operatorType, inputs: inputs.enumerated().map { $1 == nil ? "" : "x\($0)" }, outputs: names,
                attributes: attributes)
        ]
        let session = try Session(graph, backend: ReferenceBackend(), evaluator: ReferenceBackend())
        let results = try session.run(feed)
        return names.compactMap { results[$0] }
    }

    /// The code of the error that types alone give: nothing is allocated.
    static func inferenceError(
        _ operatorType: String, _ types: [TensorType?], values: [Int: Tensor] = [:], opset: Int = 19,
        outputs: Int = 1, _ attributes: [String: AttributeValue] = [:]
    ) -> HoneError.Code? {
        let node = Node(
            operatorType, inputs: types.enumerated().map { $1 == nil ? "" : "x\($0)" },
            outputs: (0..<outputs).map { "y\($0)" }, attributes: attributes)
        var graph = Graph()
        graph.opsets = ["": opset]
        graph.nodes = [node]
        do throws(HoneError) {
            let typed = try graph.decode(node)
            let operands = Operands(
                types: types, values: types.indices.map { values[$0] }, outputCount: outputs)
            for type in try typed.inferTypes(operands) { _ = try TensorType.validated(type.elementType, type.shape) }
            return nil
        } catch {
            return error.code
        }
    }
}

extension Tensor {
    /// An int64 vector: a shape, axes, pads.
    static func vector(_ values: Int64...) -> Tensor { Tensor(values) }

    /// `0, 1, 2, ...` of that shape.
    static func counting<Element: TensorElement & Numeric>(_ shape: [Int], as _: Element.Type = Float.self) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { Element(exactly: $0) ?? 0 }, shape: shape)
    }
}
