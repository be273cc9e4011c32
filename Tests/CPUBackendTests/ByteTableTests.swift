import Lowering
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

@Suite struct ByteTableTests {
    private static let layouts: [(from: PlannedValue.Layout, to: PlannedValue.Layout)] = [
        (.rowMajor, .rowMajor),
        (.blocked(BlockedLayout()), .blocked(BlockedLayout(haloByte: 5))),
        (
            .blocked(BlockedLayout(halo: Halo(top: 1, left: 2, bottom: 0, right: 1), haloByte: 9)),
            .blocked(BlockedLayout(halo: Halo(top: 2, left: 1, bottom: 3, right: 0), haloByte: 200))
        ),
    ]
    /// Pixels of as many channels as there are, as well.
    private static func layouts(channels: Int) -> [(from: PlannedValue.Layout, to: PlannedValue.Layout)] {
        guard channels < BlockedLayout.groupChannels else { return layouts }
        let to = BlockedLayout(
            halo: Halo(top: 1, left: 1, bottom: 2, right: 3), channelsPerPixel: channels, haloByte: 77)
        return layouts + [(.blocked(BlockedLayout(channelsPerPixel: channels)), .blocked(to))]
    }

    private static let shapes = [
        [2, 19, 3, 5], [2, 3, 9, 8], [1, 15, 2, 2], [1, 16, 4, 4], [1, 3, 7], [2, 33, 70, 61], [1, 48, 1, 1],
    ]

    private static func random(_ type: TensorType, _ generator: inout SeededGenerator) -> Tensor {
        var tensor = Tensor(zeros: type)
        tensor.withUnsafeMutableBytes { bytes in
            for index in bytes.indices { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
        }
        return tensor
    }

    private static func reference(_ x: Tensor, _ table: Tensor) throws -> Tensor {
        var graph = Graph()
        graph.opsets = [honeDomain: 1]
        let typed = try graph.decode(Node("TableLookup", domain: honeDomain, inputs: ["x", "t"], outputs: ["y"]))
        let type = TensorType(table.elementType, x.shape)
        let results = try ReferenceBackend().evaluate(typed, inputs: [x, table], outputTypes: [type])
        return try #require(results.first)
    }

    /// The bytes of a tensor in a layout, without what no reader looks at behind the last image.
    private static func bytes(of tensor: Tensor, in layout: PlannedValue.Layout) throws -> [UInt8] {
        let source = tensor.withUnsafeBytes { Array($0) }
        guard case .blocked(let blocked) = layout, let shape = BlockedShape(tensor.type, blocked) else { return source }
        return try run([source, [UInt8](repeating: 0xA5, count: shape.byteCount)]) { memory in
            let from = StepOperands.Value(id: 0, type: tensor.type, layout: .rowMajor, constant: nil)
            let to = StepOperands.Value(id: 1, type: tensor.type, layout: layout, constant: nil)
            try LayoutConversion(from: from, to: to).run(memory)
        }
    }

    /// Runs a kernel on values that begin with some bytes, and gives the last value.
    private static func run(_ values: [[UInt8]], _ body: (PlanMemory) throws -> Void) throws -> [UInt8] {
        let buffers = values.map { bytes in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
            buffer.copyBytes(from: bytes)
            return buffer
        }
        defer { for buffer in buffers { buffer.deallocate() } }
        var addresses = buffers.compactMap(\.baseAddress)
        try addresses.withUnsafeMutableBufferPointer { addresses in
            try body(PlanMemory(addresses: #require(addresses.baseAddress)))
        }
        return try Array(#require(buffers.last).prefix(#require(values.last).count))
    }

    @Test(arguments: InstructionSet.available) func equalsTheDefinition(isa: InstructionSet) throws {
        let seed: UInt64 = 31
        var generator = SeededGenerator(seed: seed)
        for shape in Self.shapes {
            for layout in Self.layouts(channels: shape[1]) {
                for (input, output) in [(ElementType.uint8, ElementType.uint8), (.int8, .int8), (.int8, .uint8)] {
                    let x = Self.random(TensorType(input, shape), &generator)
                    let table = Self.random(TensorType(output, [256]), &generator)
                    let expected = try Self.bytes(of: Self.reference(x, table), in: layout.to)
                    let source = try Self.bytes(of: x, in: layout.from)
                    let result = try Self.run([source, [UInt8](repeating: 0x5A, count: expected.count)]) { memory in
                        let from = StepOperands.Value(id: 0, type: x.type, layout: layout.from, constant: nil)
                        let to = StepOperands.Value(
                            id: 1, type: TensorType(output, shape), layout: layout.to, constant: nil)
                        let bytes = table.withUnsafeBytes { Array($0) }
                        try ByteTable(x: from, y: to, table: bytes, isa: isa).run(memory)
                    }
                    #expect(
                        Self.readable(result, output, shape, layout.to)
                            == Self.readable(expected, output, shape, layout.to),
                        "seed \(seed), \(input) to \(output), \(shape), \(layout)")
                }
            }
        }
    }

    /// The bytes of all groups, halos included, but not those between groups and behind the last one.
    private static func readable(
        _ bytes: [UInt8], _ type: ElementType, _ shape: [Int], _ layout: PlannedValue.Layout
    ) -> [UInt8] {
        guard case .blocked(let blocked) = layout, let shape = BlockedShape(TensorType(type, shape), blocked) else {
            return bytes
        }
        let length = (blocked.halo.top + shape.height + blocked.halo.bottom) * shape.rowBytes
        return (0..<shape.images * shape.groups).flatMap {
            bytes[$0 * shape.groupBytes..<$0 * shape.groupBytes + length]
        }
    }

    @Test(arguments: InstructionSet.available) func runsInASession(isa: InstructionSet) throws {
        let seed: UInt64 = 32
        var generator = SeededGenerator(seed: seed)
        // Images; and more than one task of a shape that no blocked layout holds.
        for shape in [[2, 5, 3, 4], [70000], [0, 3, 2, 2], []] {
            var graph = Graph()
            graph.opsets = ["": 14, honeDomain: 1]
            graph.inputs = [ValueInfo(name: "x", elementType: .int8, shape: shape.map { .fixed($0) })]
            graph.setInitializer("t", Self.random(TensorType(.uint8, [256]), &generator))
            graph.nodes = [Node("TableLookup", domain: honeDomain, inputs: ["x", "t"], outputs: ["y"])]
            graph.outputs = [ValueInfo(name: "y", elementType: nil, shape: nil)]
            let feed = ["x": Self.random(TensorType(.int8, shape), &generator)]
            let reference = ReferenceBackend()
            let backend = CPUBackend(isa: isa, definitions: reference)
            let expected = try Session(graph, backend: reference, evaluator: reference).run(feed)
            #expect(
                try Session(graph, backend: backend, evaluator: reference).run(feed) == expected,
                "seed \(seed), \(shape)")
        }
    }
}
