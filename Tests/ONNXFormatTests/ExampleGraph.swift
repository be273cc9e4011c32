import ModelGraph
import Tensors

/// A small graph in which everything occurs that a graph models.
func exampleGraph() -> Graph {
    var graph = Graph()
    graph.name = "example"
    graph.opsets = ["": 13, "com.microsoft": 1]
    graph.metadata = [("author", "nobody"), ("purpose", "tést")]
    graph.inputs = [ValueInfo(name: "x", elementType: .float32, shape: [.symbolic("N"), .fixed(2), .unknown])]
    graph.outputs = [ValueInfo(name: "y", elementType: .float32, shape: nil)]
    graph.declaredTypes["h"] = ValueInfo(name: "h", elementType: .float32, shape: [.unknown, .fixed(0)])
    graph.setInitializer("w", Tensor([1, -0.0, .infinity, .nan] as [Float], shape: [2, 2]))
    graph.setInitializer("empty", Tensor([] as [Int64], shape: [0, 3]))
    graph.setInitializer("scalar", Tensor(scalar: 7 as UInt8))
    graph.nodes = [
        Node(
            "MatMul", name: "first", inputs: ["x", "w", ""], outputs: ["h"],
            attributes: [
                "f": .float(.leastNonzeroMagnitude), "i": .int(.min), "s": .string("é"), "t": .tensor(Tensor([1, 2])),
                "fs": .floats([1, 2]), "is": .ints([3, -4]), "ss": .strings(["a", ""]), "none": .ints([]),
            ]),
        Node("QLinearAdd", domain: "com.microsoft", inputs: ["h", "scalar", "empty"], outputs: ["y", ""]),
    ]
    return graph
}

extension Tensor {
    fileprivate init(_ values: [Int64]) { self.init(values, shape: [values.count]) }
}
