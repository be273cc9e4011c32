import Hone
import Reporting

/// What `hone sensitivity` prints.
struct SensitivitySummary {
    private let sensitivity: Sensitivity
    private let source: String
    private let data: String
    private let calibration: String

    init(_ sensitivity: Sensitivity, source: String, data: String, calibration: String) {
        (self.sensitivity, self.source, self.data, self.calibration) = (sensitivity, source, data, calibration)
    }

    var text: String {
        var lines = ["\(source): what quantizing each layer alone costs", "", SensitivitySummary.table(sensitivity)]
        lines.append("measured    \(Quantity.count(sensitivity.sampleCount)) samples of \(data)")
        lines.append("ranges      \(calibration)")
        if let first = sensitivity.layers.first {
            let drop = LossText.drop(first.loss).map { ", \($0)" } ?? ""
            lines.append(
                "verdict     \(first.operatorType) '\(first.node)' costs most: \(LossText.divergence(first.loss))\(drop)"
            )
        } else {
            lines.append("verdict     there is no layer to quantize")
        }
        return lines.joined(separator: "\n")
    }

    /// The layers, the most costly first.
    ///
    /// - Parameter states: what became of each layer, by its node; nil if nothing was decided.
    static func table(_ sensitivity: Sensitivity, states: [String: String]? = nil) -> String {
        let hasLabels = sensitivity.layers.contains { $0.loss.drop != nil }
        var table = TextTable(
            ["layer", "operator"] + (states == nil ? [] : ["result"]) + ["KL (nats)", "output SQNR", "same prediction"]
                + (hasLabels ? ["drop of top-1", "95 % interval"] : []),
            alignments: [.left, .left, states == nil ? .right : .left, .right, .right, .right, .right, .right])
        for layer in sensitivity.layers {
            var cells = [layer.node, layer.operatorType]
            if let states { cells.append(states[layer.node] ?? "") }
            cells += [
                layer.loss.klDivergence.map(LossText.digits) ?? "-",
                LossText.decibels(layer.loss.signalToNoise),
                layer.loss.agreement.map { "\(Quantity.fixed($0, 2)) %" } ?? "-",
            ]
            if let drop = layer.loss.drop, let interval = layer.loss.dropInterval {
                let bounds = [interval.lowerBound, interval.upperBound].map { Quantity.fixed($0, 2) }
                cells += ["\(Quantity.fixed(drop, 2)) pp", "\(bounds[0]) .. \(bounds[1])"]
            }
            table.add(cells)
        }
        return table.text()
    }

    static func json(_ sensitivity: Sensitivity) -> JSONValue {
        .array(
            sensitivity.layers.map { layer in
                .object([
                    ("node", .string(layer.node)), ("operator", .string(layer.operatorType)),
                    ("loss", LossText.json(layer.loss)),
                ])
            })
    }

    var json: JSONValue {
        .object([
            ("source", .string(source)), ("data", .string(data)), ("calibration", .string(calibration)),
            ("samples", .integer(sensitivity.sampleCount)), ("layers", SensitivitySummary.json(sensitivity)),
        ])
    }
}
