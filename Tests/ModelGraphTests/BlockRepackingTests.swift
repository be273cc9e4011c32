import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@Suite struct BlockRepackingTests {
    /// What becomes zero in the networks of these tests.
    enum Zeros: String, CaseIterable, CustomTestStringConvertible {
        case none, rows4, single, outputs4, outputs1, outputs16

        var testDescription: String { rawValue }

        /// The sides of a block, and the share of blocks that are zero.
        var blocks: (outputs: Int, inputs: Int, share: Double) {
            switch self {
            case .none: (1, 1, 0)
            case .rows4: (4, 4, 0.7)
            case .single: (1, 1, 0.93)
            case .outputs4: (4, 1, 0.8)
            case .outputs1: (1, 4, 0.9)
            case .outputs16: (16, 4, 0.6)
            }
        }
    }

    /// A chain of quantized convolutions, one of them added to what it read, ended by a product.
    private static func network(_ zeros: Zeros, seed: UInt64) -> TinyGraph {
        var tiny = TinyGraph()
        tiny.graph.opsets["com.microsoft"] = 1
        var random = SeededGenerator(seed: seed)
        tiny.constant("s", Tensor(scalar: Float(0.01)))
        tiny.constant("sy", Tensor(scalar: Float(0.5)))
        tiny.constant("zx", Tensor(scalar: UInt8(7)))
        tiny.constant("zy", Tensor(scalar: UInt8(128)))
        let (high, wide, share) = zeros.blocks
        func weights(_ shape: [Int], zero: Int) -> Tensor {
            let taps = shape.dropFirst(2).reduce(1, *)
            var empty: Set<[Int]> = []
            for row in 0...(shape[0] / high) {
                for column in 0...(shape[1] / wide) {
                    for tap in 0..<taps where Double.random(in: 0..<1, using: &random) < share {
                        empty.insert([row, column, tap])
                    }
                }
            }
            let values = (0..<shape.reduce(1, *)).map { index -> Int in
                let place = [index / (shape[1] * taps) / high, index / taps % shape[1] / wide, index % taps]
                return empty.contains(place) ? zero : Int.random(in: -127...127, using: &random)
            }
            return Tensor.bytes(values, shape: shape, signed: true)
        }
        func convolution(_ x: String, _ y: String, _ outputs: Int, _ inputs: Int, kernel: Int) {
            tiny.constant(y + "_w", weights([outputs, inputs, kernel, kernel], zero: 0))
            tiny.constant(y + "_s", Tensor((0..<outputs).map { Float($0 % 7 + 1) * 0.001 }))
            tiny.constant(y + "_z", Tensor([Int8](repeating: 0, count: outputs)))
            tiny.constant(y + "_b", Tensor((0..<outputs).map { Int32($0 * 31 % 200) }))
            tiny.node(
                "QLinearConv", [x, "s", "zx", y + "_w", y + "_s", y + "_z", "sy", "zy", y + "_b"], [y],
                ["pads": .ints([Int64](repeating: Int64(kernel / 2), count: 4))])
        }
        tiny.input("x", [1, 16, 6, 5], .uint8)
        convolution("x", "a", 32, 16, kernel: 1)
        convolution("a", "b", 64, 32, kernel: 3)
        convolution("b", "c", 32, 64, kernel: 1)
        tiny.node("QLinearAdd", ["a", "sy", "zy", "c", "sy", "zy", "sy", "zy"], ["d"], domain: "com.microsoft")
        convolution("d", "e", 48, 32, kernel: 3)
        convolution("e", "y", 16, 48, kernel: 1)
        tiny.output("y")
        return tiny
    }

    private static func feed(seed: UInt64) -> [String: Tensor] {
        var random = SeededGenerator(seed: seed)
        return ["x": Tensor.bytes([1, 16, 6, 5], signed: false, using: &random)]
    }

    /// How many blocks of 16 outputs x 4 inputs hold a weight that is not zero, counted plainly.
    private static func blocks(_ graph: Graph) throws -> Int {
        var count = 0
        for node in graph.nodes where node.operatorType == "QLinearConv" {
            let weights = try #require(node.input(3).flatMap { graph.constant($0) })
            let values = try #require(weights.integers())
            let taps = weights.shape.dropFirst(2).reduce(1, *)
            var kept: Set<[Int]> = []
            for (index, value) in values.enumerated() where value != 0 {
                kept.insert([index / (weights.shape[1] * taps) / 16, index / taps % weights.shape[1] / 4, index % taps])
            }
            count += kept.count
        }
        return count
    }

    @Test(arguments: Zeros.allCases, 0..<4)
    func equalBitsInNoMoreBlocks(zeros: Zeros, seed: Int) throws {
        let graph = Self.network(zeros, seed: UInt64(seed)).graph
        let packed = try graph.after(BlockRepacking(environment: [:]))
        let feed = Self.feed(seed: UInt64(seed))
        #expect(try packed.run(feed)["y"] == graph.run(feed)["y"], "\(zeros), seed \(seed)")
        let (before, after) = (try Self.blocks(graph), try Self.blocks(packed))
        switch zeros {
        case .none, .outputs16:
            #expect(packed.nodes.flatMap(\.outputs) == graph.nodes.flatMap(\.outputs), "\(zeros), seed \(seed)")
            #expect(after == before)
        case .rows4, .outputs4, .outputs1, .single: #expect(after < before, "\(zeros), seed \(seed): \(before)")
        }
    }

    /// Values whose channels moved have other names; those of inputs and outputs stay.
    @Test func movedValuesAreRenamed() throws {
        let graph = Self.network(.rows4, seed: 1).graph
        let packed = try graph.after(BlockRepacking(environment: [:]))
        for (old, new) in zip(graph.nodes, packed.nodes) where new.operatorType == "QLinearConv" {
            // Biases move with the outputs alone; no two of a layer's are equal.
            let before = try #require(old.input(8).flatMap { graph.constant($0) })
            let after = try #require(new.input(8).flatMap { packed.constant($0) })
            #expect((old.outputs == new.outputs) == (before == after), "\(old.name)")
        }
        #expect(packed.nodes.last?.outputs == ["y"])
        #expect(Set(packed.nodes.flatMap(\.outputs)) != Set(graph.nodes.flatMap(\.outputs)))
    }

    @Test func canBeTurnedOff() throws {
        let graph = Self.network(.rows4, seed: 1).graph
        let same = try graph.after(BlockRepacking(environment: ["HONE_REPACKING": "off"]))
        #expect(same.initializers == graph.initializers)
    }

    /// A convolution in floats adds its inputs in their order: they keep it.
    @Test func floatReadersKeepTheirOrder() throws {
        var tiny = Self.network(.rows4, seed: 2)
        tiny.node("DequantizeLinear", ["b", "sy", "zy"], ["bf"])
        tiny.constant("f_w", Tensor([Float](repeating: 0.1, count: 64 * 8), shape: [8, 64, 1, 1]))
        tiny.node("Conv", ["bf", "f_w"], ["f"])
        tiny.output("f")
        let packed = try tiny.graph.after(BlockRepacking(environment: [:]))
        #expect(packed.nodes.contains { $0.outputs == ["b"] })
        let feed = Self.feed(seed: 2)
        #expect(try packed.run(feed) == tiny.graph.run(feed))
    }
}
