import Evaluation
import Foundation
import Tensors

/// How much a quantized model may lose.
public enum AccuracyBudget: Sendable, Equatable {
    /// Top-1 accuracy, in percentage points; needs labels.
    case drop(Double)
    /// The mean Kullback-Leibler divergence of its classes from the float model's, in nats.
    case divergence(Double)

    func holds(_ loss: QuantizationLoss) -> Bool {
        switch self {
        case .drop(let allowed): loss.drop.map { $0 <= allowed } ?? false
        // Scores that are not finite have no divergence, and so hold no budget.
        case .divergence(let allowed): loss.nonFiniteCount == 0 && loss.klDivergence.map { $0 <= allowed } ?? false
        }
    }
}

/// A model quantized as far as a budget allows.
public struct BudgetedModel: Sendable {
    /// One count of float layers that was tried.
    public struct Attempt: Sendable {
        /// How many of the most costly layers stayed float.
        public let floatLayerCount: Int
        /// What the model lost.
        public let loss: QuantizationLoss
        /// Whether the budget held.
        public let holds: Bool
    }

    /// The model; the reason of each layer that was left in floating point for the budget says what it costs.
    public let quantized: QuantizedModel
    /// The layers that were left in floating point, most costly first.
    public let floatLayers: [String]
    /// Their nodes, with those that belong to them.
    let floatNodes: Set<String>
    /// What it loses.
    public let loss: QuantizationLoss
    /// What each layer costs alone; nil if all could be quantized, so that nobody had to know.
    public let sensitivity: Sensitivity?
    /// What was tried, in order.
    public let attempts: [Attempt]
}

extension Model {
    /// Quantizes as many layers as a budget allows: all of them first, by the recipe of the settings, then with more and more
    /// of the most costly ones left in floating point.
    ///
    /// A recipe chooses its way of quantizing once, with all layers: the others then keep it. Layers are ranked by what quantizing each alone costs; of the ranked layers a small count to leave in floating point
    /// is found by doubling and bisection, each measured on all of `data`.
    ///
    /// - Parameters:
    ///   - calibration: of this model.
    ///   - data: what decides; must not be what calibrated, or the loss is underestimated.
    ///   - recipeProgress: is told how far the recipe has come.
    ///   - batch: gives what calibrated again, by the number of a batch, and nil after the last; `fast` needs none.
    /// - Throws: `.checkFailed` if the budget holds for the float model alone; `.invalidOption` for a negative budget, one in
    ///   percentage points without labels, or a recipe that reads the data again without `batch`.
    public func quantized(
        with calibration: Calibration, settings: QuantizationSettings = QuantizationSettings(),
        within budget: AccuracyBudget, on data: EvaluationData, device: Device = .automatic, threads: Int? = nil,
        progress: ((SensitivityProgress) -> Void)? = nil, recipeProgress: ((QuantizationProgress) -> Void)? = nil,
        rereading batch: ((_ index: Int) throws -> [String: Tensor]?)? = nil
    ) throws(HoneError) -> BudgetedModel {
        try budget.check()
        let named = namingNodes()
        let quantizer = try named.quantizer(
            with: calibration, settings, device: device, threads: threads, progress: recipeProgress, rereading: batch)
        let search = try LayerSearch(named, quantizer, data, device: device, threads: threads)
        var attempts: [BudgetedModel.Attempt] = []
        var candidates: [Int: QuantizedModel] = [:]
        func attempt(_ float: [LayerSearch.Layer]) throws(HoneError) -> Bool {
            let quantized = try search.quantized(keeping: float)
            let loss = try search.loss(of: quantized) { done, total in
                progress?(.evaluating(floatLayers: float.count, done: done, total: total))
            }
            if case .drop = budget, loss.drop == nil {
                throw HoneError(
                    .invalidOption, "a budget in percentage points needs labels",
                    remedy: "give --labels, or a budget in divergence with --max-kl")
            }
            let holds = budget.holds(loss)
            attempts.append(BudgetedModel.Attempt(floatLayerCount: float.count, loss: loss, holds: holds))
            if holds { candidates[float.count] = quantized }
            return holds
        }
        if try attempt([]) {
            guard let quantized = candidates[0], let loss = attempts.last?.loss else {
                preconditionFailure("the attempt that held is kept")
            }
            return BudgetedModel(
                quantized: quantized, floatLayers: [], floatNodes: [], loss: loss, sensitivity: nil, attempts: attempts)
        }
        let sensitivity = try search.sensitivity(progress)
        let known = Dictionary(search.layers.map { ($0.node, $0) }) { first, _ in first }
        let ranked = sensitivity.layers.compactMap { known[$0.node] }
        let count = try FallbackSearch.smallestCount(of: ranked.count) { count throws(HoneError) in
            count == 0 ? false : try attempt(Array(ranked.prefix(count)))
        }
        guard let count, let quantized = candidates[count],
            let loss = attempts.last(where: { $0.floatLayerCount == count })?.loss
        else { throw budget.failure(attempts, layerCount: ranked.count) }
        let float = Array(ranked.prefix(count))
        return BudgetedModel(
            quantized: quantized.explaining(float, sensitivity), floatLayers: float.map(\.node),
            floatNodes: float.reduce(into: []) { $0.formUnion($1.members) }, loss: loss,
            sensitivity: sensitivity, attempts: attempts)
    }
}

extension AccuracyBudget {
    func check() throws(HoneError) {
        let number =
            switch self {
            case .drop(let number), .divergence(let number): number
            }
        guard number.isFinite, number >= 0 else {
            throw HoneError(
                .invalidOption, "a budget of \(number) cannot hold", remedy: "give a finite number of at least 0")
        }
    }

    fileprivate func failure(_ attempts: [BudgetedModel.Attempt], layerCount: Int) -> HoneError {
        let last = attempts.max { $0.floatLayerCount < $1.floatLayerCount }
        let found = last.map { attempt in
            "with \(attempt.floatLayerCount) of \(layerCount) layers in float it still loses \(describe(attempt.loss))"
        }
        return HoneError(
            .checkFailed,
            "the float model alone holds the budget of \(self): \(found ?? "nothing could be quantized")",
            remedy: "allow more, calibrate on more samples, or choose ranges with another --method")
    }

    private func describe(_ loss: QuantizationLoss) -> String {
        switch self {
        case .drop: loss.drop.map { "\(rounded($0)) pp" } ?? "an unknown number of points"
        case .divergence:
            loss.nonFiniteCount > 0
                ? "finite scores (\(loss.nonFiniteCount) samples have others)"
                : loss.klDivergence.map { "\(rounded($0)) nats" } ?? "all finite scores"
        }
    }
}

extension AccuracyBudget: CustomStringConvertible {
    /// For instance `1.0 pp`, `0.02 nats`.
    public var description: String {
        switch self {
        case .drop(let points): "\(points) pp"
        case .divergence(let nats): "\(nats) nats"
        }
    }
}

extension QuantizedModel {
    /// The same with a reason for each node of layers that were left in floating point for a budget.
    fileprivate func explaining(_ float: [LayerSearch.Layer], _ sensitivity: Sensitivity) -> QuantizedModel {
        let costs = Dictionary(sensitivity.layers.map { ($0.node, $0.loss) }) { first, _ in first }
        var reasons: [String: String] = [:]
        for layer in float {
            for member in layer.members { reasons[member] = "float: belongs to '\(layer.node)'" }
            guard let loss = costs[layer.node] else { continue }
            let divergence = loss.klDivergence.map { "\(rounded($0)) nats" } ?? "all finite scores"
            let cost = loss.drop.map { "\(rounded($0)) pp (\(divergence))" } ?? divergence
            reasons[layer.node] = "float: quantizing it alone costs \(cost)"
        }
        let layers = layers.map { layer in
            guard !layer.isQuantized, let reason = reasons[layer.node] else { return layer }
            return Layer(node: layer.node, operatorType: layer.operatorType, isQuantized: false, reason: reason)
        }
        return QuantizedModel(self, layers: layers)
    }
}

/// Three significant digits, as tables and messages have them.
private func rounded(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let scale = pow(10, 2 - floor(log10(value.magnitude)))
    let number = (value * scale).rounded() / scale
    return number == number.rounded() && number.magnitude < 1e6 ? "\(Int(number))" : "\(number)"
}
