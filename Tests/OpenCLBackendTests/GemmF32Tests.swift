import ModelGraph
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct GemmF32Tests {
    @Test(arguments: 0..<50) func gemmEqualsTheReference(seed: Int) throws {
        var source = OperandSource(seed: seed)
        let rows = source.pick([1, 1, 2, 5, 13, 65, 130])
        let depth = source.pick([1, 7, 64, 200])
        let columns = source.pick([1, 10, 16, 33, 128, 140])
        let (transA, transB) = (source.chance(0.3), source.chance(0.5))
        let special = source.chance(0.3)
        let a = source.floats(transA ? [depth, rows] : [rows, depth], special: special)
        let b = source.floats(transB ? [columns, depth] : [depth, columns], special: special)
        let addends: [[Int]] = [[], [1], [columns], [1, columns], [rows, 1], [rows, columns]]
        var constants: [String: Tensor] = [:]
        if source.chance(0.7) { constants["c"] = source.floats(source.pick(addends), special: special) }
        var attributes: [String: AttributeValue] = [
            "transA": .int(transA ? 1 : 0), "transB": .int(transB ? 1 : 0),
            "alpha": .float(source.pick([1, 1, 0.5, 0])), "beta": .float(source.pick([1, 1, -2, 0])),
        ]
        if source.chance(0.5) { attributes["activation"] = .string("Relu") }
        let names = ["a", "b"] + (constants["c"] == nil ? [] : ["c"])
        var trial = SessionTrial(
            nodes: [Node("Gemm", domain: honeDomain, inputs: names, outputs: ["y"], attributes: attributes)],
            inputs: ["a": a], constants: constants)
        // The right matrix is known, or computed too.
        if source.chance(0.7) { trial.constants["b"] = b } else { trial.inputs["b"] = b }
        try trial.check("seed \(seed): \(a.shape) x \(b.shape), \(attributes)")
    }

    @Test(arguments: 0..<30) func matMulEqualsTheReference(seed: Int) throws {
        var source = OperandSource(seed: 100 + seed)
        let depth = source.pick([1, 40, 130])
        let shapes: [([Int], [Int])] = [
            ([7, depth], [depth, 31]), ([depth], [depth, 9]), ([3, 5, depth], [depth, 70]), ([9, depth], [depth]),
            ([2, 3, 9, depth], [3, depth, 8]), ([4, depth], [2, 2, depth, 17]),
            ([2, 1, 70, depth], [1, 3, depth, 66]),
        ]
        let (a, b) = shapes[seed % shapes.count]
        let trial = SessionTrial(
            nodes: [Node("MatMul", inputs: ["a", "b"], outputs: ["y"])],
            inputs: ["a": source.floats(a, special: seed % 2 == 0), "b": source.floats(b)])
        try trial.check("seed \(seed): \(a) x \(b)")
    }
}
