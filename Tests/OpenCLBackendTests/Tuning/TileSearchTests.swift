import Foundation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import Testing

@testable import OpenCLBackend

/// Searches on small layers, each tile held against the preset, and the preset against the reference.
@Suite(OpenCLDevices.areThere) struct TileSearchTests {
    private let reference = ReferenceBackend()

    private func backend(_ cache: ProgramCache = ProgramCache(folder: nil)) throws -> OpenCLBackend {
        OpenCLBackend(device: try #require(OpenCLDevices.chosen), definitions: reference, cache: cache)
    }

    private func plan(_ trial: SessionTrial) throws -> Plan {
        let graph = trial.graph
        return try Plan(
            graph,
            inferred: graph.inferTypes(
                inputTypes: trial.inputs.mapValues { $0.type }, inputValues: [:], evaluator: reference))
    }

    /// What the reference makes of the step's input.
    private func check(_ trial: SessionTrial) throws -> TileSearch.Check {
        let session = try Session(trial.graph, backend: reference, evaluator: reference)
        return { observation, _ throws(HoneError) in
            guard let x = try observation.inputs().first??.copied(), let y = try observation.output(0)?.copied() else {
                return "no operands"
            }
            return try session.run(["x": x])["y"] == y ? nil : "not the reference's"
        }
    }

    @Test(arguments: SmallLayer.allCases, [ConvU8BlockCores.dot4, .matrix])
    func everyTileIsRight(layer: SmallLayer, cores: ConvU8BlockCores) throws {
        guard layer.hasCores || cores == .dot4 else { return }
        let trial = layer.trial
        let check = try check(trial)
        try ConvU8BlockCores.$forced.withValue(cores) {
            let search = try backend().tileSearch(plan(trial))
            #expect(search.problems.count == 1)
            var problem = try #require(search.problems.first)
            #expect(problem.candidates.count > 2 && problem.candidates.first == problem.preset)
            #expect(Set(problem.candidates).count == problem.candidates.count, "names say it all")
            problem.candidates = layer.share(of: problem.candidates)
            var tried = 0
            let finding = try search.run(problem, check: check, isOver: { false }, advance: { tried += 1 })
            #expect(finding.refused.isEmpty, "\(layer): \(finding.refused)")
            #expect(finding.timedCount == problem.candidates.count && tried == problem.candidates.count)
            #expect(problem.candidates.contains(finding.entry.tile))
            #expect(finding.entry.presetMicroseconds > 0 && finding.entry.microseconds > 0)
        }
    }

    @Test func aWrongPresetEndsTheSearch() throws {
        let search = try backend().tileSearch(plan(SmallLayer.product.trial))
        let problem = try #require(search.problems.first)
        #expect(throws: HoneError.self) {
            try search.run(problem, check: { _, _ throws(HoneError) in "wrong" }, isOver: { false }, advance: {})
        }
    }

    /// Each tile in turn through a file: the next session uses it, says so, and computes the same.
    @Test(arguments: SmallLayer.allCases) func theNextSessionUsesTheFile(layer: SmallLayer) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hone-tuning-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let trial = layer.trial
        let backend = try backend(ProgramCache(folder: folder.path))
        let expected = try Session(trial.graph, backend: reference, evaluator: reference).run(trial.inputs)
        let problem = try #require(try backend.tileSearch(plan(trial)).problems.first)
        for tile in layer.share(of: problem.candidates) {
            var tiles = TunedTiles()
            tiles.insert(
                TunedTiles.Entry(
                    problem.problem, preset: problem.preset, presetMicroseconds: 2, tile: tile, microseconds: 1))
            try backend.keep(tiles)
            let session = try Session(trial.graph, backend: backend, evaluator: reference)
            let details = try session.plan(for: trial.inputs).steps.compactMap { $0.detail }.joined(separator: "; ")
            let tuned = details.components(separatedBy: "; ").filter { $0.hasPrefix("tuned: ") }
            #expect(tuned == (tile == problem.preset ? [] : ["tuned: \(tile)"]))
            #expect(try session.run(trial.inputs) == expected, "\(layer): \(tile)")
        }
        // A file that is none leaves presets.
        try Data("{".utf8).write(to: URL(filePath: try #require(backend.tunedTilesPath)))
        let session = try Session(trial.graph, backend: backend, evaluator: reference)
        #expect(try session.plan(for: trial.inputs).steps.allSatisfy { $0.detail?.hasPrefix("tuned: ") != true })
        #expect(try session.run(trial.inputs) == expected)
    }
}

/// A layer of one node, `x` to `y`.
enum SmallLayer: String, CaseIterable, CustomTestStringConvertible {
    case convolution, sparse, depthwise, product, float, floatPairs, floatDepthwise, floatProduct

    var testDescription: String { rawValue }

    /// Whether `conv_u8_block` runs it.
    var hasCores: Bool { [.convolution, .sparse, .product].contains(self) }

    /// The preset, and where three layers have the same tiles every third of the others: drivers take a while to build each.
    func share(of candidates: [String]) -> [String] {
        guard hasCores, let part = SmallLayer.allCases.filter(\.hasCores).firstIndex(of: self) else {
            return candidates
        }
        return candidates.indices.filter { $0 == 0 || $0 % 3 == part }.map { candidates[$0] }
    }

    var trial: SessionTrial {
        var source = OperandSource(seed: 7)
        switch self {
        case .convolution: return quantized(channels: 32, outputs: 40, group: 1, sparsity: 0, &source)
        case .sparse: return quantized(channels: 48, outputs: 64, group: 1, sparsity: 0.75, &source)
        case .depthwise: return quantized(channels: 20, outputs: 20, group: 20, sparsity: 0, &source)
        case .product:
            let constants = quantization(weights: source.integers(.int8, [48, 36]))
            let names = ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"]
            return SessionTrial(
                nodes: [Node("QLinearMatMul", inputs: names, outputs: ["y"])],
                inputs: ["x": source.integers(.uint8, [9, 48])], constants: constants)
        case .float: return float(channels: 18, outputs: 16, group: 1, &source)
        case .floatPairs: return float(channels: 8, outputs: 40, group: 1, &source)
        case .floatDepthwise: return float(channels: 19, outputs: 19, group: 19, &source)
        case .floatProduct:
            return SessionTrial(
                nodes: [Node("Gemm", inputs: ["x", "w"], outputs: ["y"])], inputs: ["x": source.floats([33, 50])],
                constants: ["w": source.floats([50, 45])])
        }
    }

    private func quantization(weights: Tensor) -> [String: Tensor] {
        [
            "xs": Tensor(scalar: Float(0.02)), "xz": Tensor(scalar: UInt8(3)), "w": weights,
            "ws": Tensor(scalar: Float(0.01)), "wz": Tensor(scalar: Int8(0)), "ys": Tensor(scalar: Float(0.5)),
            "yz": Tensor(scalar: UInt8(120)),
        ]
    }

    private func quantized(
        channels: Int, outputs: Int, group: Int, sparsity: Double, _ source: inout OperandSource
    ) -> SessionTrial {
        let shape = [outputs, channels / group, 3, 3]
        let taps = shape[1] * 9
        var weights = source.integers(.int8, shape).elements(as: Int8.self)
        for block in 0..<(outputs + 15) / 16 {
            for quad in 0..<(shape[1] + 3) / 4 {
                for tap in 0..<9 where source.chance(sparsity) {
                    for output in block * 16..<min(block * 16 + 16, outputs) {
                        for channel in quad * 4..<min(quad * 4 + 4, shape[1]) {
                            weights[output * taps + channel * 9 + tap] = 0
                        }
                    }
                }
            }
        }
        let names = ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"]
        let attributes: [String: AttributeValue] = ["pads": .ints([1, 1, 1, 1]), "group": .int(Int64(group))]
        return SessionTrial(
            nodes: [Node("QLinearConv", inputs: names, outputs: ["y"], attributes: attributes)],
            inputs: ["x": source.integers(.uint8, [2, channels, 6, 9])],
            constants: quantization(weights: Tensor(weights, shape: shape)))
    }

    private func float(channels: Int, outputs: Int, group: Int, _ source: inout OperandSource) -> SessionTrial {
        let attributes: [String: AttributeValue] = [
            "pads": .ints([1, 1, 1, 1]), "strides": .ints([1, 2]), "group": .int(Int64(group)),
        ]
        return SessionTrial(
            nodes: [Node("Conv", inputs: ["x", "w"], outputs: ["y"], attributes: attributes)],
            inputs: ["x": source.floats([2, channels, 5, 11])],
            constants: ["w": source.floats([outputs, channels / group, 3, 3])])
    }
}
