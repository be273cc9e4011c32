import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Builds the small graphs of these tests, and runs them.
struct TinyGraph {
    var graph = Graph()

    init(opset: Int = 13) {
        graph.name = "tiny"
        graph.opsets = ["": opset]
    }

    mutating func input(_ name: String, _ shape: [Int?], _ type: ElementType = .float32) {
        graph.inputs.append(
            ValueInfo(
                name: name, elementType: type,
                shape: shape.enumerated().map { index, size in size.map { .fixed($0) } ?? .symbolic("\(name)\(index)") }
            ))
    }

    mutating func output(_ names: String...) {
        for name in names { graph.outputs.append(ValueInfo(name: name, elementType: nil, shape: nil)) }
    }

    @discardableResult
    mutating func constant(_ name: String, _ tensor: Tensor) -> String {
        graph.setInitializer(name, tensor)
        return name
    }

    mutating func node(
        _ type: String, _ inputs: [String], _ outputs: [String], domain: String = "",
        _ attributes: [String: AttributeValue] = [:]
    ) {
        graph.nodes.append(
            Node(
                type, name: outputs[0] + "_node", domain: domain, inputs: inputs, outputs: outputs,
                attributes: attributes))
    }

    /// DequantizeLinear of integers with a scale and a zero point.
    mutating func dequantize(
        _ integers: String, _ value: String, scale: Tensor, zeroPoint: Tensor?, axis: Int? = nil
    ) {
        node(
            "DequantizeLinear", [integers] + parameters(value, scale, zeroPoint), [value],
            axis.map { ["axis": .int(Int64($0))] } ?? [:])
    }

    mutating func quantize(_ value: String, _ integers: String, scale: Float, zeroPoint: Tensor) {
        node("QuantizeLinear", [value] + parameters(integers, Tensor(scalar: scale), zeroPoint), [integers])
    }

    private mutating func parameters(_ base: String, _ scale: Tensor, _ zeroPoint: Tensor?) -> [String] {
        constant(base + "_scale", scale)
        guard let zeroPoint else { return [base + "_scale"] }
        constant(base + "_zero", zeroPoint)
        return [base + "_scale", base + "_zero"]
    }
}

extension Graph {
    /// The operators in order, with their domains.
    var operatorTypes: [String] { nodes.map(\.qualifiedType) }

    func run(_ feed: [String: Tensor]) throws -> [String: Tensor] {
        let backend = ReferenceBackend()
        return try Session(self, backend: backend, evaluator: backend).run(feed)
    }

    /// This graph after some passes, which must keep the graph valid and its output names, and find nothing to do the
    /// second time.
    func after(_ passes: any GraphPass..., sourceLocation: SourceLocation = #_sourceLocation) throws -> Graph {
        var changed = self
        let pipeline = PassPipeline(passes)
        try pipeline.run(on: &changed, evaluator: ReferenceBackend())
        #expect(changed.outputs.map(\.name) == outputs.map(\.name), sourceLocation: sourceLocation)
        var again = changed
        for entry in try pipeline.run(on: &again, evaluator: ReferenceBackend()) {
            #expect(entry.changes == 0, "\(entry.pass) changes its own result", sourceLocation: sourceLocation)
        }
        return changed
    }
}

/// Seeded random tensors, whose seed a failing test shows.
struct RandomTensors {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func floats(_ shape: [Int], in range: ClosedRange<Float> = -1...1) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &generator) }, shape: shape)
    }

    mutating func integers<Element: FixedWidthInteger & TensorElement>(_: Element.Type, _ shape: [Int]) -> Tensor {
        Tensor(
            (0..<shape.reduce(1, *)).map { _ in Element.random(in: Element.min...Element.max, using: &generator) },
            shape: shape)
    }
}

/// Expects floats that differ by at most `bound`.
func expectClose(
    _ left: Tensor?, _ right: Tensor?, within bound: Float, sourceLocation: SourceLocation = #_sourceLocation
) {
    guard let left, let right else {
        Issue.record("an output is missing", sourceLocation: sourceLocation)
        return
    }
    #expect(left.shape == right.shape, sourceLocation: sourceLocation)
    let distance = zip(left.floats(), right.floats()).map { abs($0 - $1) }.max() ?? 0
    #expect(distance <= bound, sourceLocation: sourceLocation)
}
