import Foundation
import Hone
import Reporting

/// How commands print what a quantized model lost.
enum LossText {
    /// Lines below a table.
    static func lines(_ loss: QuantizationLoss) -> [String] {
        var lines: [String] = []
        if let drop = drop(loss) { lines.append("drop        \(drop) of top-1") }
        if let agreement = loss.agreement {
            lines.append("prediction  \(Quantity.fixed(agreement, 2)) % the same")
        }
        lines.append("output      SQNR \(decibels(loss.signalToNoise)), divergence \(divergence(loss))")
        if loss.nonFiniteCount > 0 {
            lines.append(
                "warning     \(Quantity.count(loss.nonFiniteCount)) sample(s) have scores that are not finite; "
                    + "they are not in the divergence")
        }
        return lines
    }

    /// For instance `0.40 pp (95 % interval 0.02 .. 0.78)`; nil without labels.
    static func drop(_ loss: QuantizationLoss) -> String? {
        guard let drop = loss.drop, let interval = loss.dropInterval else { return nil }
        let bounds = [interval.lowerBound, interval.upperBound].map { Quantity.fixed($0, 2) }
        return "\(Quantity.fixed(drop, 2)) pp (95 % interval \(bounds[0]) .. \(bounds[1]))"
    }

    static func divergence(_ loss: QuantizationLoss) -> String {
        loss.klDivergence.map { "\(digits($0)) nats" } ?? "-"
    }

    static func decibels(_ value: Double?) -> String {
        guard let value, !value.isNaN else { return "-" }
        if value.isInfinite { return value > 0 ? "inf" : "-inf" }
        return "\(Quantity.fixed(value, 1)) dB"
    }

    /// Three significant digits.
    static func digits(_ value: Double) -> String {
        value.isFinite ? value == 0 ? "0" : String(format: "%.3g", value) : "-"
    }

    static func json(_ loss: QuantizationLoss) -> JSONValue {
        let interval = loss.dropInterval.map { [$0.lowerBound, $0.upperBound] }
        return .object([
            ("samples", .integer(loss.sampleCount)), ("nonFiniteSamples", .integer(loss.nonFiniteCount)),
            ("klDivergence", loss.klDivergence.map { .number($0) } ?? .null),
            ("sqnrDecibels", loss.signalToNoise.map { .number($0) } ?? .null),
            ("agreementPercent", loss.agreement.map { .number($0) } ?? .null),
            ("dropPercentagePoints", loss.drop.map { .number($0) } ?? .null),
            ("drop95", interval.map { .array($0.map { .number($0) }) } ?? .null),
        ])
    }
}
