import Hone
import Reporting

/// What `hone compare` prints.
struct ComparisonSummary {
    private let comparison: ModelComparison
    private let float: String
    private let quantized: String
    private let data: String

    private static let shownCount = 10

    init(_ comparison: ModelComparison, float: String, quantized: String, data: String) {
        (self.comparison, self.float, self.quantized, self.data) = (comparison, float, quantized, data)
    }

    func text(listsAll: Bool) -> String {
        let layers = comparison.layers
        var shown = Array(layers.indices)
        if !listsAll, shown.count > ComparisonSummary.shownCount {
            // Those that lose most, in the order of the model.
            let worst = shown.sorted {
                (layers[$1].lossAgainstSources ?? .infinity, $0) < (layers[$0].lossAgainstSources ?? .infinity, $1)
            }
            let first = [comparison.firstDivergence].compactMap { $0 }
            shown = Set(first + worst.prefix(ComparisonSummary.shownCount)).sorted()
        }
        var table = TextTable(
            ["layer", "operator", "SQNR", "loss", "cosine", "mean error", "max error", "saturated", "worst channels"],
            alignments: [.left, .left, .right, .right, .right, .right, .right, .right, .left])
        for position in shown { table.add(cells(layers[position])) }
        var lines = ["\(float) against \(quantized)", "", table.text()]
        if shown.count < layers.count {
            lines.append("\(shown.count) of \(layers.count) values; --layers shows all of them")
        }
        lines.append("samples     \(Quantity.count(comparison.loss.sampleCount)) of \(data)")
        lines += LossText.lines(comparison.loss)
        for layer in layers where layer.nonFiniteCount > 0 {
            lines.append(
                "warning     '\(layer.value)' has \(Quantity.count(layer.nonFiniteCount)) NaN or infinite element(s), "
                    + "\(Quantity.count(layer.mismatchCount)) of them in one model only; they are in no figure")
        }
        if layers.count(where: { $0.isQuantized }) == 0 {
            lines.append("warning     no integer value of the quantized model has a name that the float model knows")
        }
        lines.append("verdict     \(verdict)")
        return lines.joined(separator: "\n")
    }

    /// One line: which layer diverges first, or how the layers fare if none does.
    private var verdict: String {
        let limit = "\(Quantity.fixed(comparison.threshold, 0)) dB"
        if let position = comparison.firstDivergence {
            let layer = comparison.layers[position]
            let channels = layer.worstChannels.first.map { ", worst in channel \($0.index)" } ?? ""
            let saturation =
                layer.saturatedPercent >= 1 ? ", \(Quantity.fixed(layer.saturatedPercent, 1)) % saturated" : ""
            let span = layer.weightedLayerCount > 1 ? "within the \(layer.weightedLayerCount) layers up to" : "at"
            return "DIVERGES first \(span) \(title(layer)): SQNR \(decibels(layer.signalToNoise)), "
                + "\(decibels(layer.lossAgainstSources)) lost there\(channels)\(saturation)"
        }
        let lowest = comparison.layers.min {
            ($0.signalToNoise ?? .infinity) < ($1.signalToNoise ?? .infinity)
        }
        guard let lowest else { return "nothing was compared but the outputs" }
        return "no layer loses more than \(limit) against what it reads; the lowest SQNR is "
            + "\(decibels(lowest.signalToNoise)) at \(title(lowest))"
    }

    private func title(_ layer: ModelComparison.Layer) -> String {
        guard let node = layer.node, let type = layer.operatorType else { return "input '\(layer.value)'" }
        return "\(type) '\(node)'"
    }

    private func cells(_ layer: ModelComparison.Layer) -> [String] {
        let channels = layer.worstChannels.map { "\($0.index) (\(decibels($0.signalToNoise)))" }
        return [
            layer.node ?? layer.value, layer.operatorType.map { layer.isQuantized ? $0 : "\($0), float" } ?? "input",
            decibels(layer.signalToNoise), decibels(layer.lossAgainstSources),
            layer.cosine.map { Quantity.fixed($0, 5) } ?? "-", layer.meanError.map(LossText.digits) ?? "-",
            LossText.digits(layer.maximumError),
            layer.isQuantized ? "\(Quantity.fixed(layer.saturatedPercent, 2)) %" : "-",
            channels.joined(separator: ", "),
        ]
    }

    private func decibels(_ value: Double?) -> String { LossText.decibels(value) }

    var json: JSONValue {
        let layers = comparison.layers.map { layer in
            let channels = layer.worstChannels.map { channel in
                JSONValue.object([
                    ("index", .integer(channel.index)), ("sqnrDecibels", .number(channel.signalToNoise)),
                ])
            }
            return JSONValue.object([
                ("node", layer.node.map { .string($0) } ?? .null),
                ("operator", layer.operatorType.map { .string($0) } ?? .null), ("value", .string(layer.value)),
                ("quantized", .bool(layer.isQuantized)), ("elements", .integer(layer.elementCount)),
                ("equal", .bool(layer.signalToNoise == .infinity && layer.mismatchCount == 0)),
                ("sqnrDecibels", layer.signalToNoise.map { .number($0) } ?? .null),
                ("layersSinceSources", .integer(layer.weightedLayerCount)),
                ("lossDecibels", layer.lossAgainstSources.map { .number($0) } ?? .null),
                ("cosine", layer.cosine.map { .number($0) } ?? .null),
                ("meanError", layer.meanError.map { .number($0) } ?? .null),
                ("maximumError", .number(layer.maximumError)), ("worstChannels", .array(channels)),
                ("lowestPercent", .number(layer.lowestPercent)), ("highestPercent", .number(layer.highestPercent)),
                ("saturatedPercent", .number(layer.saturatedPercent)),
                ("nonFinite", .integer(layer.nonFiniteCount)), ("nonFiniteMismatches", .integer(layer.mismatchCount)),
            ])
        }
        let first = comparison.firstDivergence.map { comparison.layers[$0] }
        return .object([
            ("float", .string(float)), ("quantized", .string(quantized)), ("data", .string(data)),
            ("thresholdDecibels", .number(comparison.threshold)),
            ("firstDivergence", first.map { .string($0.node ?? $0.value) } ?? .null),
            ("verdict", .string(verdict)), ("output", LossText.json(comparison.loss)), ("layers", .array(layers)),
        ])
    }
}
