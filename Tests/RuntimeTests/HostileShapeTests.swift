import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@testable import Runtime

/// Shapes that a few bytes of a model ask for, and that no machine can hold or walk over.
@Suite struct HostileShapeTests {
    private func session(
        _ nodes: [Node], input: ElementType = .float32, _ constants: [String: Tensor] = [:]
    ) throws -> Session {
        var graph = Graph()
        graph.opsets = ["": 13]
        graph.inputs = [ValueInfo(name: "x", elementType: input, shape: nil)]
        graph.outputs = [ValueInfo(name: "y", elementType: nil, shape: nil)]
        graph.nodes = nodes
        for (name, tensor) in constants { graph.setInitializer(name, tensor) }
        return try Session(graph, backend: ReferenceBackend(), evaluator: ReferenceBackend())
    }

    private func expectCode(_ code: HoneError.Code, _ body: () throws -> Void) {
        #expect {
            try body()
        } throws: { error in
            (error as? HoneError)?.code == code
        }
    }

    @Test func outputsBeyondTheMemoryAreRefusedWhenThePlanIsMade() throws {
        let shape = Tensor([Int64(1) << 38])
        let session = try session([Node("Expand", inputs: ["x", "shape"], outputs: ["y"])], ["shape": shape])
        expectCode(.outOfMemory) { _ = try session.run(["x": Tensor([1] as [Float])]) }
    }

    @Test func intermediateValuesBeyondTheMemoryAreRefusedToo() throws {
        let constants = ["shape": Tensor([Int64(1) << 38]), "axes": Tensor([Int64(0)])]
        let nodes = [
            Node("Expand", inputs: ["x", "shape"], outputs: ["wide"]),
            Node("ReduceSum", inputs: ["wide", "axes"], outputs: ["y"]),
        ]
        let session = try session(nodes, constants)
        expectCode(.outOfMemory) { _ = try session.run(["x": Tensor([1] as [Float])]) }
    }

    /// Two shapes of 160 MiB each: either could be computed for the plan, but not both.
    @Test func whatShapesDependOnIsSmallAltogether() throws {
        var nodes: [Node] = []
        for name in ["a", "b"] {
            nodes.append(Node("ConstantOfShape", inputs: ["size"], outputs: ["many_\(name)"]))
            nodes.append(Node("Size", inputs: ["x"], outputs: ["unused_\(name)"]))
            nodes.append(Node("Cast", inputs: ["many_\(name)"], outputs: ["int_\(name)"], attributes: ["to": .int(7)]))
            nodes.append(Node("Slice", inputs: ["int_\(name)", "zero", "one"], outputs: ["shape_\(name)"]))
        }
        nodes.append(Node("Expand", inputs: ["x", "shape_a"], outputs: ["wide"]))
        nodes.append(Node("Expand", inputs: ["wide", "shape_b"], outputs: ["y"]))
        let constants = [
            "size": Tensor([Int64(14 << 20)]), "zero": Tensor([Int64(0)]), "one": Tensor([Int64(1)]),
        ]
        let session = try session(nodes, constants)
        expectCode(.unsupported) { _ = try session.run(["x": Tensor([1] as [Float])]) }
    }

    @Test(.timeLimit(.minutes(1))) func anEmptyTensorIsNotWalkedOverHoweverLargeItsOtherDimensionsAre() throws {
        let pool = Node(
            "MaxPool", inputs: ["x"], outputs: ["y"],
            attributes: ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])])
        let type = TensorType(.uint8, [0, 1, 1 << 40, 5])
        let outputs = try session([pool], input: .uint8).run(["x": Tensor(zeros: type)])
        #expect(outputs["y"]?.type == type)
    }

    @Test func aDimensionBesideAnEmptyOneMayNotOverflowTheWindow() throws {
        let pool = Node(
            "MaxPool", inputs: ["x"], outputs: ["y"],
            attributes: ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])])
        let session = try session([pool])
        expectCode(.unsupported) {
            _ = try session.run(["x": Tensor(zeros: TensorType(.float32, [0, 1, Int.max, 5]))])
        }
    }

    /// A chain has two values alive at a time; beyond the limit values get bytes of their own, and still never overlap.
    @Test func valuesBeyondThoseThatShareMemoryDoNotOverlapThem() {
        var plan = Plan()
        let count = Plan.maximumSharingCount + 100
        for index in 0..<count {
            plan.values.append(
                PlannedValue(
                    name: "v\(index)", type: TensorType(.uint8, [index % 2 == 0 ? 64 : 128]), modelElementType: .uint8,
                    place: .arena(offset: 0), lifetime: index...(index + 1)))
        }
        plan.placeInArena()
        let places = plan.values.map { value -> Range<Int> in
            guard case .arena(let offset) = value.place else { return 0..<0 }
            return offset..<(offset + value.type.byteCount)
        }
        #expect(zip(places, places.dropFirst()).allSatisfy { !$0.overlaps($1) && $0.upperBound <= plan.arenaByteCount })
        #expect(plan.arenaByteCount == 192 + 100 * 64)
    }
}
