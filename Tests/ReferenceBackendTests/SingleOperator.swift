import ModelGraph
import ReferenceBackend
import Runtime
import Tensors

/// A graph of one node on the reference backend, fed with run-time inputs.
struct SingleOperator {
    var type: String
    var domain = ""
    var opset: Int
    var attributes: [String: AttributeValue] = [:]
    var outputCount = 1

    init(
        _ type: String, domain: String = "", opset: Int, _ attributes: [String: AttributeValue] = [:],
        outputCount: Int = 1
    ) {
        self.type = type
        self.domain = domain
        self.opset = opset
        self.attributes = attributes
        self.outputCount = outputCount
    }

    /// Runs the node; a nil is an absent optional input.
    func run(_ inputs: Tensor?...) throws(HoneError) -> [Tensor] { try run(inputs) }

    /// Runs the node; a nil is an absent optional input.
    func run(_ inputs: [Tensor?]) throws(HoneError) -> [Tensor] {
        var graph = Graph()
        graph.opsets = [domain: opset]
        var feed: [String: Tensor] = [:]
        var names: [String] = []
        for (index, input) in inputs.enumerated() {
            names.append(input == nil ? "" : "in\(index)")
            guard let input else { continue }
            feed["in\(index)"] = input
            graph.inputs.append(ValueInfo(name: "in\(index)", elementType: input.elementType, shape: nil))
        }
        let outputs = (0..<outputCount).map { "out\($0)" }
        graph.outputs = outputs.map { ValueInfo(name: $0, elementType: nil, shape: nil) }
        graph.nodes = [Node(type, domain: domain, inputs: names, outputs: outputs, attributes: attributes)]
        let session = try Session(graph, backend: ReferenceBackend(), evaluator: ReferenceBackend())
        let results = try session.run(feed)
        return outputs.compactMap { results[$0] }
    }

    /// The one output of the node.
    func result(_ inputs: Tensor?...) throws(HoneError) -> Tensor {
        let results = try run(inputs)
        precondition(results.count == 1)
        return results[0]
    }
}

/// The code of the `HoneError` that `body` throws, nil if it throws none.
func thrownCode(_ body: () throws -> Void) -> HoneError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? HoneError)?.code
    }
}
