import Lowering
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

/// One operator with its operands: run by its kernel, and compared with its definition.
struct ProductProblem {
    static let types: [(a: ElementType, b: ElementType)] = [
        (.uint8, .int8), (.uint8, .uint8), (.int8, .int8), (.int8, .uint8),
    ]

    var node: Node
    var inputs: [Tensor?]
    /// Inputs that are computed; the others are constants.
    var computed: Set<Int> = [0]

    init(
        _ type: String, domain: String = "", _ inputs: [Tensor?], _ attributes: [String: AttributeValue] = [:],
        outputCount: Int = 1
    ) {
        node = Node(
            type, domain: domain, inputs: inputs.indices.map { inputs[$0] == nil ? "" : "in\($0)" },
            outputs: (0..<outputCount).map { "out\($0)" }, attributes: attributes)
        self.inputs = inputs
    }

    private func typedOperator() throws -> any Operator {
        var graph = Graph()
        graph.opsets = ["": 21, microsoftDomain: 1, honeDomain: 1]
        return try graph.decode(node)
    }

    private func operands(_ types: [TensorType]) -> StepOperands {
        StepOperands(
            inputs: inputs.enumerated().map { index, tensor in
                tensor.map {
                    StepOperands.Value(
                        id: index, type: $0.type, layout: .rowMajor, constant: computed.contains(index) ? nil : $0)
                }
            },
            outputs: types.enumerated().map { index, type in
                StepOperands.Value(id: inputs.count + index, type: type, layout: .rowMajor, constant: nil)
            }, addition: nil)
    }

    private func outputTypes(_ decoded: any Operator) throws -> [TensorType] {
        Array(
            try decoded.inferTypes(
                Operands(types: inputs.map { $0?.type }, values: inputs, outputCount: node.outputs.count)
            ).prefix(node.outputs.count))
    }

    func arrangements() throws -> [Arrangement] {
        let decoded = try typedOperator()
        guard let own = decoded as? any CPUOperator else { return [] }
        return own.arrangements(operands(try outputTypes(decoded)))
    }

    /// Runs the kernel twice, between canaries.
    func run(_ isa: InstructionSet, threads: Int) throws -> [Tensor] {
        let decoded = try typedOperator()
        let types = try outputTypes(decoded)
        let own = try #require(decoded as? any CPUOperator)
        let step = operands(types)
        try #require(!own.arrangements(step).isEmpty, "no arrangement")
        let kernel = try own.prepare(step, isa: isa)
        let hasWeights = node.operatorType != "DynamicQuantizeLinear"
        #expect(kernel.packedInputs.isEmpty != hasWeights, "weights that are held twice, or none at all")
        for (position, held) in kernel.packedInputs {
            let weights = try #require(inputs[position])
            #expect(Tensor(weights.type, filledBy: held) == weights)
        }
        let canary = 64
        var buffers = inputs.map { tensor in
            tensor.map { tensor in tensor.withUnsafeBytes { Array($0) } } ?? []
        }
        buffers += types.map { [UInt8](repeating: 0xA5, count: $0.byteCount + canary) }
        var allocations = buffers.map { bytes in
            let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
            bytes.withUnsafeBytes {
                if let base = $0.baseAddress { memory.copyMemory(from: base, byteCount: $0.count) }
            }
            return memory
        }
        defer { allocations.forEach { $0.deallocate() } }
        try allocations.withUnsafeMutableBufferPointer { addresses in
            let memory = PlanMemory(addresses: try #require(addresses.baseAddress))
            for _ in 0..<2 {
                try HostThreads.$limit.withValue(threads) { try kernel.run(memory) }
            }
        }
        return try types.enumerated().map { index, type in
            let bytes = UnsafeRawBufferPointer(
                start: allocations[inputs.count + index], count: type.byteCount + canary)
            #expect(bytes[type.byteCount...].allSatisfy { $0 == 0xA5 }, "written beyond the end")
            return try Tensor(type: type, bytes: UnsafeRawBufferPointer(rebasing: bytes[..<type.byteCount]))
        }
    }

    /// Compares every instruction set with the definition, at one thread and at three.
    func check(_ comment: String) throws {
        let decoded = try typedOperator()
        let expected = try ReferenceBackend().evaluate(
            decoded, inputs: inputs, outputTypes: try outputTypes(decoded))
        for isa in InstructionSet.available {
            for threads in [1, 3] {
                let found = try run(isa, threads: threads)
                let shapes = inputs.compactMap { $0.map { "\($0.type)" } }.joined(separator: ", ")
                #expect(
                    found == expected, "\(node.qualifiedType) \(isa), \(threads) threads: \(comment); \(shapes)")
            }
        }
    }
}

extension ProductProblem {
    /// One problem of each operator, with random types, attributes and parameters.
    static func allOperators(
        _ rows: Int, _ depth: Int, _ columns: Int, _ random: inout SeededGenerator
    ) -> [ProductProblem] {
        let types = types[Int.random(in: 0..<4, using: &random)]
        var fused = quantized(rows, depth, columns, &random, aType: types.a, bType: types.b)
        fused.fuse(&random)
        var fusedGemm = gemm(rows, depth, columns, &random, aType: types.a, bType: types.b)
        fusedGemm.fuse(&random)
        return [
            integer(rows, depth, columns, &random, aType: types.a, bType: types.b),
            quantized(rows, depth, columns, &random, aType: types.a, bType: types.b), fused,
            gemm(rows, depth, columns, &random, aType: types.a, bType: types.b), fusedGemm,
            gemm(rows, depth, columns, &random, aType: types.a, bType: types.b, isReal: true),
        ]
    }

    static func integer(
        _ rows: Int, _ depth: Int, _ columns: Int, _ random: inout SeededGenerator, aType: ElementType = .uint8,
        bType: ElementType = .int8
    ) -> ProductProblem {
        ProductProblem(
            "MatMulInteger",
            [
                .random(aType, [rows, depth], &random), .weights(bType, [depth, columns], &random),
                .random(aType, [], &random), .zeroPoints(bType, columns, &random),
            ])
    }

    static func quantized(
        _ rows: Int, _ depth: Int, _ columns: Int, _ random: inout SeededGenerator, aType: ElementType = .uint8,
        bType: ElementType = .int8
    ) -> ProductProblem {
        let yType: ElementType = Bool.random(using: &random) ? .uint8 : .int8
        return ProductProblem(
            "QLinearMatMul",
            [
                .random(aType, [rows, depth], &random), .scales(1, 0.01, &random), .random(aType, [], &random),
                .weights(bType, [depth, columns], &random), .scales(columns, 0.02, &random),
                .zeroPoints(bType, columns, &random), .scales(1, 0.5, &random), .random(yType, [], &random),
            ])
    }

    static func gemm(
        _ rows: Int, _ depth: Int, _ columns: Int, _ random: inout SeededGenerator, aType: ElementType = .uint8,
        bType: ElementType = .int8, isReal: Bool = false
    ) -> ProductProblem {
        let (transA, transB) = (Bool.random(using: &random), Bool.random(using: &random))
        let addend: [Tensor?] = [
            nil, Tensor((0..<columns).map { _ in Int32.random(in: -90_000...90_000, using: &random) }),
            Tensor([Int32.random(in: Int32.min...Int32.max, using: &random)], shape: [1, 1]),
        ]
        var inputs: [Tensor?] = [
            .random(aType, transA ? [depth, rows] : [rows, depth], &random), .scales(1, 0.01, &random),
            .random(aType, [], &random), .weights(bType, transB ? [columns, depth] : [depth, columns], &random),
            .scales(columns, 0.02, &random), .zeroPoints(bType, columns, &random),
            addend.randomElement(using: &random) ?? nil,
        ]
        if !isReal {
            inputs += [.scales(1, 0.5, &random), .random(Bool.random(using: &random) ? .uint8 : .int8, [], &random)]
        }
        return ProductProblem(
            "QGemm", domain: microsoftDomain, inputs,
            [
                "alpha": .float([1, 0.75, -1.5].randomElement(using: &random) ?? 1), "transA": .int(transA ? 1 : 0),
                "transB": .int(transB ? 1 : 0),
            ])
    }

    /// Makes it the fused form with random bounds.
    mutating func fuse(_ random: inout SeededGenerator) {
        node.domain = honeDomain
        let isSigned = inputs.last??.elementType == .int8
        let bounds = [Int.random(in: 0...255, using: &random), Int.random(in: 0...255, using: &random)].sorted()
        node.attributes["lowest"] = .int(Int64(bounds[0] - (isSigned ? 128 : 0)))
        node.attributes["highest"] = .int(Int64(bounds[1] - (isSigned ? 128 : 0)))
    }
}

extension Tensor {
    static func bytes(_ bytes: [UInt8], _ type: ElementType, _ shape: [Int]) -> Tensor {
        type == .int8 ? Tensor(bytes.map { Int8(bitPattern: $0) }, shape: shape) : Tensor(bytes, shape: shape)
    }

    fileprivate static func byte(_ random: inout SeededGenerator) -> UInt8 { UInt8(truncatingIfNeeded: random.next()) }

    static func random(_ type: ElementType, _ shape: [Int], _ random: inout SeededGenerator) -> Tensor {
        bytes((0..<shape.reduce(1, *)).map { _ in byte(&random) }, type, shape)
    }

    /// Weights of which whole blocks, and whole columns, may be 0.
    fileprivate static func weights(
        _ type: ElementType, _ shape: [Int], _ random: inout SeededGenerator
    ) -> Tensor {
        let sparsity: Double = [0.0, 0.5, 0.9, 1.0].randomElement(using: &random) ?? 0
        var values = [UInt8](repeating: 0, count: shape[0] * shape[1])
        for top in stride(from: 0, to: shape[0], by: 4) {
            for left in stride(from: 0, to: shape[1], by: 4) where Double.random(in: 0..<1, using: &random) >= sparsity
            {
                for row in top..<min(top + 4, shape[0]) {
                    for column in left..<min(left + 4, shape[1]) { values[row * shape[1] + column] = byte(&random) }
                }
            }
        }
        return bytes(values, type, shape)
    }

    /// No zero point, one, or one for each column.
    fileprivate static func zeroPoints(
        _ type: ElementType, _ columns: Int, _ random: inout SeededGenerator
    ) -> Tensor {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes([0], type, [])
        case 1: .random(type, [1], &random)
        default: .random(type, [columns], &random)
        }
    }

    /// One scale, or one for each of `count`, about `size`.
    fileprivate static func scales(_ count: Int, _ size: Float, _ random: inout SeededGenerator) -> Tensor {
        if count == 1 || Bool.random(using: &random) {
            return Tensor(scalar: size * Float.random(in: 0.2...2, using: &random))
        }
        return Tensor((0..<count).map { _ in size * Float.random(in: 0.2...2, using: &random) })
    }
}
