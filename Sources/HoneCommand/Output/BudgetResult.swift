import Hone
import Reporting

/// What `hone quantize` prints of a budget.
struct BudgetResult {
    let model: BudgetedModel
    let budget: AccuracyBudget
    /// Where the samples that measured are from.
    let data: String
    let notes: [String]

    /// Lines for the text of `quantize`.
    var lines: [String] {
        var lines: [String] = []
        if let sensitivity = model.sensitivity {
            lines.append(SensitivitySummary.table(sensitivity, states: states))
        }
        for attempt in model.attempts {
            let cost = LossText.drop(attempt.loss).map { "\($0), " } ?? ""
            lines.append(
                "tried       \(attempt.floatLayerCount) layers in float: \(cost)\(LossText.divergence(attempt.loss)): "
                    + (attempt.holds ? "holds" : "does not hold"))
        }
        lines.append("budget      \(budget) held with \(model.floatLayers.count) layer(s) in float")
        lines.append("measured    \(Quantity.count(model.loss.sampleCount)) samples of \(data)")
        lines += LossText.lines(model.loss)
        for note in notes { lines.append("note        \(note)") }
        return lines
    }

    /// What became of each node.
    private var states: [String: String] {
        let states = model.quantized.layers.map { ($0.node, $0.isQuantized ? "int8" : "float") }
        return Dictionary(states) { first, _ in first }
    }

    var json: JSONValue {
        let attempts = model.attempts.map { attempt in
            JSONValue.object([
                ("floatLayers", .integer(attempt.floatLayerCount)), ("holds", .bool(attempt.holds)),
                ("loss", LossText.json(attempt.loss)),
            ])
        }
        return .object([
            ("budget", .string(budget.description)), ("data", .string(data)),
            ("floatLayers", .array(model.floatLayers.map { .string($0) })), ("loss", LossText.json(model.loss)),
            ("notes", .array(notes.map { .string($0) })), ("attempts", .array(attempts)),
            ("sensitivity", model.sensitivity.map { SensitivitySummary.json($0, states: states) } ?? .null),
        ])
    }
}
