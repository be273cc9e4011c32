import ModelGraph
import Runtime
import Tensors

/// Runs a float graph and the quantized one made from it side by side, and compares every value that both have.
package struct LayerComparison {
    /// Ratios above this count as this one where a layer is held against what it reads: eight bits seldom give more.
    package static let bestRatio = 40.0

    package let pairing: ValuePairing
    /// For each pair of `pairing`.
    package private(set) var values: [ValueComparison]
    /// The first outputs.
    package private(set) var loss = OutputLoss()

    private let float: Session
    private let quantized: Session
    private let inputNames: [(float: String, quantized: String)]
    private let outputs: (float: String, quantized: String)
    private let areProbabilities: Bool
    private let floatPositions: [String: Int]
    private let quantizedPositions: [String: Int]

    /// - Parameters:
    ///   - float: as its file has it.
    ///   - quantized: as its file has it: QDQ or QOperator.
    /// - Throws: `.invalidInput` if the two cannot be forms of one network.
    package init(
        float: Graph, quantized: Graph, on backend: any Backend, evaluator: any OperatorEvaluator
    ) throws(HoneError) {
        inputNames = try LayerComparison.matchInputs(float, quantized)
        guard let floatOutput = float.outputs.first, let quantizedOutput = quantized.outputs.first,
            float.outputs.count == quantized.outputs.count
        else {
            throw HoneError(
                .invalidInput, "the models have \(float.outputs.count) and \(quantized.outputs.count) outputs",
                remedy: LayerComparison.remedy)
        }
        outputs = (floatOutput.name, quantizedOutput.name)
        var (original, changed) = (float, quantized)
        try PassPipeline.portable.run(on: &original, evaluator: evaluator)
        areProbabilities = original.endsInSoftmax
        try PassPipeline([ConstantFolding()]).run(on: &changed, evaluator: evaluator)
        let integers = QuantizedValue.all(in: changed)
        var running = changed
        // Fused or not, the integers are the same; unfused, more of them come to be.
        try PassPipeline.unfusedExecution.run(
            on: &running, keeping: Set(integers.map(\.integers)), evaluator: evaluator)
        pairing = ValuePairing(float: original, quantized: changed, values: integers, running: running)
        var (floatPositions, quantizedPositions): ([String: Int], [String: Int]) = ([:], [:])
        for (position, pair) in pairing.pairs.enumerated() {
            floatPositions[pair.value] = position
            quantizedPositions[pair.counterpart] = position
        }
        (self.floatPositions, self.quantizedPositions) = (floatPositions, quantizedPositions)
        values = [ValueComparison](repeating: ValueComparison(), count: pairing.pairs.count)
        try PassPipeline.calibration.run(on: &original, keeping: Set(floatPositions.keys), evaluator: evaluator)
        self.float = try Session(original, backend: backend, evaluator: evaluator)
        self.quantized = try Session(running, backend: backend, evaluator: evaluator)
    }

    /// Runs one batch in both.
    ///
    /// - Parameter feed: for the float graph's inputs.
    /// - Throws: `.invalidInput` where a value has another shape in the other graph.
    package mutating func add(_ feed: [String: Tensor], labels: [Int]? = nil) throws(HoneError) {
        var quantizedFeed: [String: Tensor] = [:]
        for (name, other) in inputNames { quantizedFeed[other] = feed[name] }
        var found: [Int: Tensor] = [:]
        let quantizedPositions = quantizedPositions
        let changed = try quantized.run(quantizedFeed) { observation throws(HoneError) in
            for (index, name) in observation.outputNames.enumerated() {
                guard let name, let position = quantizedPositions[name] else { continue }
                found[position] = try observation.output(index)?.copied()
            }
        }
        let (pairs, floatPositions) = (pairing.pairs, floatPositions)
        var values = self.values
        func compare(_ position: Int, _ view: TensorView) throws(HoneError) {
            guard let tensor = found.removeValue(forKey: position), view.elementType == .float32 else { return }
            guard tensor.shape == view.shape else {
                throw HoneError(
                    .invalidInput,
                    "'\(pairs[position].value)' has shape \(view.shape) in one model and \(tensor.shape) in the other",
                    remedy: LayerComparison.remedy)
            }
            values[position].add(view, tensor, integers: pairs[position].integers)
        }
        for (name, tensor) in feed {
            guard let position = floatPositions[name] else { continue }
            let reals = tensor.inComputeType()
            try reals.withUnsafeBytes { bytes throws(HoneError) in
                try compare(position, TensorView(type: reals.type, bytes: bytes))
            }
        }
        let original = try float.run(feed) { observation throws(HoneError) in
            for (index, name) in observation.outputNames.enumerated() {
                guard let name, let position = floatPositions[name], let view = try observation.output(index) else {
                    continue
                }
                try compare(position, view)
            }
        }
        guard let reference = original[outputs.float], let output = changed[outputs.quantized] else {
            throw HoneError(.invalidModel, "a model gave no output '\(outputs.float)'")
        }
        try loss.add(output, reference: reference, areProbabilities: areProbabilities, labels: labels)
        self.values = values
    }

    /// How many decibels a pair's ratio is below the lowest of those that it is made from, which count as `bestRatio` at
    /// most; nil where nothing was compared. Infinite where elements lost or gained finiteness that their sources kept.
    package func lossAgainstSources(_ position: Int) -> Double? {
        guard let ratio = values[position].signalToNoise else { return nil }
        let sources = pairing.pairs[position].sources.map { values[$0] }.filter { $0.elementCount > 0 }
        if values[position].mismatchCount > 0, sources.allSatisfy({ $0.mismatchCount == 0 }) { return .infinity }
        return sources.compactMap(\.signalToNoise).reduce(LayerComparison.bestRatio, min) - ratio
    }

    /// The first pair, in the order of the float graph, that loses more than `drop` decibels against what it is made from.
    package func firstDivergence(drop: Double) -> Int? {
        pairing.pairs.indices.first { lossAgainstSources($0).map { $0 > drop } ?? false }
    }

    private static let remedy = "compare a model with the one that it was made from"

    private static func matchInputs(
        _ float: Graph, _ quantized: Graph
    ) throws(HoneError) -> [(float: String, quantized: String)] {
        let (inputs, others) = (float.requiredInputs, quantized.requiredInputs)
        guard inputs.count == others.count else {
            throw HoneError(
                .invalidInput, "the models have \(inputs.count) and \(others.count) inputs", remedy: remedy)
        }
        let byName = Set(inputs.map(\.name)) == Set(others.map(\.name))
        return try zip(inputs, others).map { input, other throws(HoneError) in
            let counterpart = byName ? others.first { $0.name == input.name } ?? other : other
            let sizes = [input, counterpart].map { $0.shape?.map(\.size) }
            if let shape = sizes[0], let otherShape = sizes[1] {
                let fits =
                    shape.count == otherShape.count
                    && zip(shape, otherShape).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
                guard fits else {
                    let texts = [input, counterpart].map { value in
                        (value.shape ?? []).map(\.description).joined(separator: ", ")
                    }
                    throw HoneError(
                        .invalidInput,
                        "input '\(input.name)' is [\(texts[0])] in one model, [\(texts[1])] in the other",
                        remedy: remedy)
                }
            }
            return (input.name, counterpart.name)
        }
    }
}
