import Evaluation
import Hone
import Reporting

/// What `hone evaluate` prints: one table, the reference beside the model.
struct EvaluationSummary {
    let model: String
    let reference: String?
    let device: String
    let precision: FloatPrecision
    let result: EvaluationResult
    var modelBytes = 0
    var referenceBytes: Int?
    /// Milliseconds of one sample.
    var latency: (model: Double, reference: Double?) = (0, nil)
    var verification: (first: String, second: String, report: VerificationReport)?

    var text: String {
        let hasReference = reference != nil
        var table = TextTable(
            ["", hasReference ? "reference" : "model"] + (hasReference ? ["model"] : []),
            alignments: [.left, .right, .right])
        func add(_ title: String, _ referenceCell: String, _ modelCell: String) {
            table.add(hasReference ? [title, referenceCell, modelCell] : [title, modelCell])
        }
        for k in result.accuracy?.ks ?? [] {
            add("top-\(k)", percentage(result.referenceAccuracy, k), percentage(result.accuracy, k))
        }
        if let comparison = result.comparison {
            if let drop = comparison.drop, let interval = comparison.interval {
                let bounds = [interval.lowerBound, interval.upperBound].map { Quantity.fixed($0, 2) }
                add("drop of top-1", "", "\(Quantity.fixed(drop, 2)) pp")
                add("  95 % interval", "", "\(bounds[0]) .. \(bounds[1]) pp")
            }
            if let agreement = comparison.agreement { add("same prediction", "", "\(Quantity.fixed(agreement, 2)) %") }
        }
        if let ratio = result.outputs?.signalToNoise { add("output SQNR", "", "\(Quantity.fixed(ratio, 1)) dB") }
        add("file size", referenceBytes.map { Quantity.bytes($0) } ?? "", Quantity.bytes(modelBytes))
        add(
            "latency, one sample", latency.reference.map { "\(Quantity.fixed($0, 3)) ms" } ?? "",
            "\(Quantity.fixed(latency.model, 3)) ms")
        if let verification {
            add("verify", "", verification.report.isEqual ? "bit-exact" : "DIFFERENT")
        }
        var lines = [
            table.text() + "\(Quantity.count(result.sampleCount)) samples on device \(device)\(precision.suffix)"
        ]
        if let reference { lines.append("reference: \(reference)") }
        lines.append("model: \(model)")
        if result.accuracy == nil {
            lines.append("no accuracy: give --labels, or a folder with a sub-folder for each class")
        }
        if let verification {
            lines.append(
                "verify: \(verification.first) against \(verification.second), "
                    + "\(VerificationSummary.verdict(verification.report)) values; end to end "
                    + (verification.report.isEqualEndToEnd ? "equal" : "different"))
        }
        return lines.joined(separator: "\n")
    }

    private func percentage(_ accuracy: Accuracy?, _ k: Int) -> String {
        accuracy?.percentage(topK: k).map { "\(Quantity.fixed($0, 2)) %" } ?? ""
    }

    var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("model", .string(model)), ("reference", reference.map { .string($0) } ?? .null),
            ("device", .string(device)), ("precision", .string(precision.rawValue)),
            ("samples", .integer(result.sampleCount)),
            ("accuracy", accuracy(result.accuracy)), ("referenceAccuracy", accuracy(result.referenceAccuracy)),
        ]
        if let comparison = result.comparison {
            members.append(("dropPercentagePoints", comparison.drop.map { .number($0) } ?? .null))
            let interval = comparison.interval.map { [$0.lowerBound, $0.upperBound] }
            members.append(("drop95", interval.map { .array($0.map { .number($0) }) } ?? .null))
            members.append(("agreementPercent", comparison.agreement.map { .number($0) } ?? .null))
        }
        if let outputs = result.outputs {
            members.append(("maximumDifference", .number(outputs.maximumDifference)))
            members.append(("relativeDifference", outputs.relativeDifference.map { .number($0) } ?? .null))
            members.append(("sqnrDecibels", outputs.signalToNoise.map { .number($0) } ?? .null))
        }
        members += [
            ("bytes", .integer(modelBytes)), ("referenceBytes", referenceBytes.map { .integer($0) } ?? .null),
            ("latencyMilliseconds", .number(latency.model)),
            ("referenceLatencyMilliseconds", latency.reference.map { .number($0) } ?? .null),
        ]
        if let verification {
            let summary = VerificationSummary(
                first: verification.first, second: verification.second, source: "first sample",
                report: verification.report)
            members.append(("verify", summary.json))
        }
        return .object(members)
    }

    private func accuracy(_ accuracy: Accuracy?) -> JSONValue {
        guard let accuracy else { return .null }
        return .object(
            accuracy.ks.map { k in ("top\(k)", accuracy.percentage(topK: k).map { .number($0) } ?? .null) })
    }
}
