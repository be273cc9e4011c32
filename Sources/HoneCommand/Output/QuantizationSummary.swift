import Hone
import Reporting

/// What `hone quantize` prints.
struct QuantizationSummary {
    private let quantized: QuantizedModel
    private let source: String
    private let output: String
    /// Where the samples are from; nil if none were needed.
    private let data: String?
    private let sizes: FileSizes
    private let seconds: Double
    private let budget: BudgetResult?
    private let recipeSeconds: Double

    init(
        _ quantized: QuantizedModel, source: String, output: String, data: String?, sizes: FileSizes,
        seconds: Double, recipeSeconds: Double, budget: BudgetResult? = nil
    ) {
        self.quantized = quantized
        self.source = source
        self.output = output
        self.data = data
        self.sizes = sizes
        self.seconds = seconds
        self.budget = budget
        self.recipeSeconds = recipeSeconds
    }

    func text(listsNodes: Bool) -> String {
        var lines: [String] = []
        if listsNodes {
            var table = TextTable(["node", "operator", "result"], alignments: [.left, .left, .left])
            for layer in quantized.layers { table.add([layer.node, layer.operatorType, layer.reason]) }
            lines.append(table.text())
        }
        let count = quantized.layers.count { $0.isQuantized }
        lines += budget?.lines ?? []
        lines.append("\(source) -> \(output)")
        lines.append("method      \(quantized.method)")
        if let data { lines.append("calibrated  \(Quantity.count(quantized.sampleCount)) samples of \(data)") }
        lines.append("nodes       \(count) of \(quantized.layers.count) in int8")
        // Dynamic quantization leaves most nodes float on purpose; --verbose lists them.
        for layer in quantized.layers where !layer.isQuantized && !listsNodes && data != nil {
            lines.append("            \(layer.operatorType) '\(layer.node)' \(layer.reason)")
        }
        if let recipe = quantized.recipe {
            lines.append("recipe      \(recipe.name), \(Quantity.duration(seconds: recipeSeconds))")
            for trial in recipe.trials {
                let mark = trial.isKept ? ", kept" : ""
                let divergence = trial.divergence.map { ", \(LossText.digits($0)) nats" } ?? ""
                lines.append(
                    "            \(Quantity.fixed(trial.signalToNoise, 1)) dB\(divergence)  \(trial.name)\(mark)")
            }
        }
        for warning in quantized.warnings { lines.append("warning     \(warning)") }
        lines += sizes.lines
        lines.append("time        \(Quantity.duration(seconds: seconds))")
        return lines.joined(separator: "\n")
    }

    private var recipeJSON: JSONValue {
        guard let recipe = quantized.recipe else { return .object([("name", .string("fast"))]) }
        let trials = recipe.trials.map { trial in
            JSONValue.object([
                ("name", .string(trial.name)), ("signalToNoise", .number(trial.signalToNoise)),
                ("klDivergence", trial.divergence.map { .number($0) } ?? .null), ("kept", .bool(trial.isKept)),
            ])
        }
        return .object([
            ("name", .string(recipe.name)), ("seconds", .number(recipeSeconds)),
            ("sampleLimit", .integer(recipe.sampleLimit)), ("trials", .array(trials)),
        ])
    }

    var json: JSONValue {
        let layers = quantized.layers.map { layer in
            JSONValue.object([
                ("node", .string(layer.node)), ("operator", .string(layer.operatorType)),
                ("quantized", .bool(layer.isQuantized)), ("result", .string(layer.reason)),
            ])
        }
        let members: [(key: String, value: JSONValue)] = [
            ("source", .string(source)), ("output", .string(output)), ("method", .string(quantized.method)),
            ("samples", .integer(quantized.sampleCount)), ("seconds", .number(seconds)), ("recipe", recipeJSON),
            ("warnings", .array(quantized.warnings.map { .string($0) })), ("nodes", .array(layers)),
        ]
        return .object(members + sizes.members + (budget.map { [("budget", $0.json)] } ?? []))
    }
}
