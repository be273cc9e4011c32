import ModelGraph
import OpenCLBackend
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// A few nodes in a session on the device, compared with the reference backend's.
struct SessionTrial {
    var nodes: [Node]
    /// Of the ONNX domain.
    var opset = 21
    /// Fed, by name.
    var inputs: [String: Tensor]
    var constants: [String: Tensor] = [:]
    var outputs = ["y"]

    /// Runs the nodes; each difference is a failed expectation that names the case.
    ///
    /// - Parameters:
    ///   - tolerance: of floats, relative to the greater of the expected number and 1; 0 for the same bits.
    ///   - staysOnDevice: whether every step must have a kernel.
    func check(_ name: @autoclosure () -> String, tolerance: Float = 0, staysOnDevice: Bool = true) throws {
        let reference = ReferenceBackend()
        let expected = try Session(graph, backend: reference, evaluator: reference).run(inputs)
        let backend = OpenCLBackend(device: try #require(OpenCLDevices.chosen), definitions: reference)
        let session = try Session(graph, backend: backend, evaluator: reference)
        let copies = try session.plan(for: inputs).steps.filter { $0.node.operatorType.hasPrefix("CopyTo") }
        #expect(!staysOnDevice || copies.isEmpty, "\(name()): \(copies.map(\.label))")
        // Twice: what is left in memory must not show.
        for _ in 0..<2 {
            let results = try session.run(inputs)
            for output in outputs {
                let (result, wanted) = (try #require(results[output]), try #require(expected[output]))
                #expect(SessionTrial.agree(result, wanted, tolerance), "\(name()): \(output)")
            }
        }
    }

    /// The outputs on a backend.
    func run(on backend: any Backend) throws -> [String: Tensor] {
        try Session(graph, backend: backend, evaluator: ReferenceBackend()).run(inputs)
    }

    var graph: Graph {
        var graph = Graph()
        graph.opsets = ["": opset, honeDomain: 1, microsoftDomain: 1]
        graph.inputs = inputs.keys.sorted().map {
            ValueInfo(name: $0, elementType: inputs[$0]?.elementType, shape: nil)
        }
        graph.outputs = outputs.map { ValueInfo(name: $0, elementType: nil, shape: nil) }
        graph.nodes = nodes
        for (name, tensor) in constants { graph.setInitializer(name, tensor) }
        return graph
    }

    /// The same bytes, but that a NaN equals every NaN: which one an operation gives is nobody's promise.
    private static func agree(_ left: Tensor, _ right: Tensor, _ tolerance: Float) -> Bool {
        guard left.type == right.type, left.elementType == .float32 else { return left == right }
        return zip(left.elements(as: Float.self), right.elements(as: Float.self)).allSatisfy {
            $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
                || (tolerance > 0 && abs($0 - $1) <= tolerance * max(1, abs($1)))
        }
    }
}

/// Random operands of float and quantized operators.
struct OperandSource {
    private var random: SeededGenerator

    init(seed: Int) { random = SeededGenerator(seed: UInt64(seed)) }

    mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[integer(0...choices.count - 1)] }
    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &random) < probability }

    /// Floats; with `special` now and then a zero, an infinity, a NaN or a subnormal number.
    mutating func floats(_ shape: [Int], special: Bool = false) -> Tensor {
        let specials: [Float] = [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -3e38]
        let values = (0..<shape.reduce(1, *)).map { _ in
            special && integer(0...29) == 0 ? pick(specials) : Float.random(in: -4...4, using: &random)
        }
        return Tensor(values, shape: shape)
    }

    /// Weights of a convolution with whole blocks of zeros of both signs.
    mutating func blockSparse(_ shape: [Int]) -> Tensor {
        var values = floats(shape).elements(as: Float.self)
        let taps = shape[1...].reduce(1, *)
        let sparsity = pick([0, 0, 0.3, 0.75, 1])
        for block in stride(from: 0, to: shape[0], by: 16) {
            for tap in 0..<taps where chance(sparsity) {
                for output in block..<min(block + 16, shape[0]) {
                    values[output * taps + tap] = chance(0.5) ? -0.0 : 0
                }
            }
        }
        return Tensor(values, shape: shape)
    }

    /// Any bytes of an 8-bit type, or small integers of a wider one.
    mutating func integers(_ type: ElementType, _ shape: [Int]) -> Tensor {
        var result = Tensor(zeros: TensorType(type, shape))
        result.withUnsafeMutableBytes { bytes in
            for index in bytes.indices where index % type.byteCount == 0 {
                bytes[index] = UInt8(integer(0...(type == .bool ? 1 : 255)))
            }
        }
        return result
    }

    /// A scale and a zero point of an 8-bit type, as operators take them.
    mutating func quantization(_ type: ElementType) -> [Tensor] {
        let point = integer(0...100)
        let scale = chance(0.3) ? 0.125 : Float.random(in: 0.01...0.2, using: &random)
        return [Tensor(scalar: scale), type == .int8 ? Tensor(scalar: Int8(point)) : Tensor(scalar: UInt8(point))]
    }

    /// `[N, C, H, W]` or `[N, C, W]`.
    mutating func imageShape(_ sizes: ClosedRange<Int>) -> [Int] {
        [integer(1...2), pick([1, 3, 16, 17, 40])]
            + (chance(0.2) ? [integer(sizes)] : [integer(sizes), integer(sizes)])
    }
}
