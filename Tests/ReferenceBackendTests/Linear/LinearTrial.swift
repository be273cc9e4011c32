import ModelGraph
import ReferenceBackend
import Tensors

/// One operator decoded, inferred and run by the reference backend.
struct LinearTrial {
    var type: String
    var domain = ""
    var opset = 21
    var attributes: [String: AttributeValue] = [:]
    var inputs: [Tensor?]
    var outputNames = ["y"]

    func run() throws -> [Tensor] {
        let node = Node(
            type, domain: domain, inputs: inputs.indices.map { inputs[$0] == nil ? "" : "x\($0)" },
            outputs: outputNames,
            attributes: attributes)
        var graph = Graph()
        graph.opsets = ["": opset, microsoftDomain: 1]
        let decoded = try graph.decode(node)
        let operands = Operands(
            types: inputs.map { $0?.type }, values: inputs.map { _ in nil }, outputCount: outputNames.count)
        let types = try decoded.inferTypes(operands)
        return try ReferenceBackend().evaluate(
            decoded, inputs: inputs, outputTypes: Array(types.prefix(outputNames.count)))
    }

    /// The code of the error that the trial must throw.
    func failure() -> HoneError.Code? {
        do {
            _ = try run()
            return nil
        } catch {
            return (error as? HoneError)?.code
        }
    }
}

extension Tensor {
    /// Floats with few bits, zeros and both signs among them.
    static func random(_ shape: [Int], using generator: inout SeededFloats) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { _ in generator.next() }, shape: shape)
    }
}
