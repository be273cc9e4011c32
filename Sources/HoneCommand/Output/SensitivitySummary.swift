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
    /// - Parameter states: what became of each layer, by its node; nil if all can be quantized.
    static func table(_ sensitivity: Sensitivity, states: [String: String]? = nil) -> String {
        let hasLabels = sensitivity.layers.contains { $0.loss.drop != nil }
        var table = TextTable(
            ["layer", "operator", "weights", "KL (nats)", "output SQNR", "same prediction"]
                + (hasLabels ? ["drop of top-1", "95 % interval"] : []) + ["result"],
            alignments: [.left, .left] + Array(repeating: .right, count: hasLabels ? 6 : 4) + [.left])
        for layer in sensitivity.layers {
            var cells = [layer.node, layer.operatorType]
            cells += [
                layer.weightByteCount > 0 ? Quantity.bytes(layer.weightByteCount) : "-",
                layer.loss.klDivergence.map(LossText.digits) ?? "-",
                LossText.decibels(layer.loss.signalToNoise),
                layer.loss.agreement.map { "\(Quantity.fixed($0, 2)) %" } ?? "-",
            ]
            if let drop = layer.loss.drop, let interval = layer.loss.dropInterval {
                let bounds = [interval.lowerBound, interval.upperBound].map { Quantity.fixed($0, 2) }
                cells += ["\(Quantity.fixed(drop, 2)) pp", "\(bounds[0]) .. \(bounds[1])"]
            }
            table.add(cells + [states?[layer.node] ?? "int8"])
        }
        for layer in sensitivity.floatLayers {
            let empty = Array(repeating: "-", count: hasLabels ? 6 : 4)
            table.add([layer.node, layer.operatorType] + empty + [layer.reason])
        }
        return table.text()
    }

    static func json(_ sensitivity: Sensitivity, states: [String: String]? = nil) -> JSONValue {
        .array(
            sensitivity.layers.map { layer in
                .object([
                    ("node", .string(layer.node)), ("operator", .string(layer.operatorType)),
                    ("result", .string(states?[layer.node] ?? "int8")),
                    ("weightBytes", .integer(layer.weightByteCount)), ("loss", LossText.json(layer.loss)),
                ])
            })
    }

    var json: JSONValue {
        let float = sensitivity.floatLayers.map { layer in
            JSONValue.object([
                ("node", .string(layer.node)), ("operator", .string(layer.operatorType)),
                ("result", .string(layer.reason)),
            ])
        }
        return .object([
            ("floatLayers", .array(float)), ("source", .string(source)), ("data", .string(data)),
            ("calibration", .string(calibration)),
            ("samples", .integer(sensitivity.sampleCount)), ("layers", SensitivitySummary.json(sensitivity)),
        ])
    }
}
