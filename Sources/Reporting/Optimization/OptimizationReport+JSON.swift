extension OptimizationReport {
    /// The content of `report.json`. What was not measured is null; a ratio in decibels without end is the text `infinity`
    /// or `-infinity`.
    package var json: JSONValue {
        .object([
            ("format", "hone-optimization-report"), ("version", 1), ("title", .string(title)),
            ("headline", headline.map(\.json) ?? .null), ("chosen", .integer(chosen)),
            ("choice", choice.map(\.json) ?? .null), ("dense", .count(dense)),
            ("candidates", .array(candidates.map(\.json))), ("budget", budget.map(\.json) ?? .null),
            ("verifications", .array(verifications.map(\.json))), ("notes", .array(notes.map { .string($0) })),
            ("provenance", provenance.json),
            ("layerTimingConditions", .text(layerTimingConditions)),
            (
                "layerCounts",
                ["quantized": .integer(quantizedLayerCount), "total": .integer(layers.count)]
            ),
            ("sensitivitySamples", .count(sensitivitySampleCount)), ("layers", .array(layers.map(\.json))),
            ("tensors", .array(tensors.map(\.json))),
        ])
    }
}

extension JSONValue {
    static func real(_ value: Double?) -> JSONValue {
        value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
    }

    static func count(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

    /// A count that may be more than JSON's readers keep exactly.
    static func count(_ value: UInt64) -> JSONValue { .integer(Int(clamping: value)) }

    static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    /// A ratio in decibels, which may have no end.
    static func decibels(_ value: Double?) -> JSONValue {
        guard let value, value.isInfinite else { return real(value) }
        return value > 0 ? "infinity" : "-infinity"
    }
}

extension OptimizationReport.Headline {
    var json: JSONValue {
        let interval = chosen.comparison?.interval.map { [$0.lowerBound, $0.upperBound] }
        let speeds = speeds.map { speed in
            JSONValue.object([
                ("device", .string(speed.chosen.device)), ("deviceName", .string(speed.chosen.deviceName)),
                ("threads", .count(speed.chosen.threads)), ("batch", .integer(speed.chosen.batch)),
                ("originalMilliseconds", .real(speed.original.median)),
                ("chosenMilliseconds", .real(speed.chosen.median)), ("speedUp", .real(speed.speedUp)),
                ("denseMilliseconds", .real(speed.dense?.median)), ("speedUpOverDense", .real(speed.speedUpOverDense)),
            ])
        }
        return .object([
            ("original", .string(original.name)), ("chosen", .string(chosen.name)),
            ("dropPercentagePoints", .real(chosen.comparison?.drop)),
            ("drop95", interval.map { .array($0.map { .real($0) }) } ?? .null),
            ("agreementPercent", .real(chosen.comparison?.agreement)), ("originalBytes", .integer(original.byteCount)),
            ("chosenBytes", .integer(chosen.byteCount)), ("sizeRatio", .real(sizeRatio)),
            ("speeds", .array(speeds)),
        ])
    }
}

extension OptimizationReport.Candidate {
    var json: JSONValue {
        .object([
            ("kind", .string(kind.rawValue)), ("name", .string(name)), ("label", .string(label)),
            ("file", .string(fileName)), ("bytes", .integer(byteCount)),
            ("compressedBytes", .count(compressedByteCount)),
            ("top1Percent", .real(top1)), ("top5Percent", .real(top5)),
            ("comparison", comparison.map(\.json) ?? .null), ("timings", .array(timings.map(\.json))),
            ("pruning", pruning.map(\.json) ?? .null), ("budget", margin.map(\.json) ?? .null),
        ])
    }
}

extension OptimizationReport.Comparison {
    var json: JSONValue {
        let bounds = interval.map { [$0.lowerBound, $0.upperBound] }
        return .object([
            ("samples", .integer(sampleCount)), ("dropPercentagePoints", .real(drop)),
            ("drop95", bounds.map { .array($0.map { .real($0) }) } ?? .null), ("onlyOriginalRight", .count(lostCount)),
            ("onlyThisRight", .count(gainedCount)), ("agreementPercent", .real(agreement)),
            ("klDivergence", .real(klDivergence)), ("sqnrDecibels", .decibels(signalToNoise)),
        ])
    }
}

extension OptimizationReport.Timing {
    var json: JSONValue {
        .object([
            ("device", .string(device)), ("deviceName", .string(deviceName)), ("threads", .count(threads)),
            ("batch", .integer(batch)), ("medianMilliseconds", .real(median)), ("p90Milliseconds", .real(p90)),
            ("imagesPerSecond", .real(imagesPerSecond)), ("runs", .count(runCount)),
        ])
    }
}

extension OptimizationReport.Budget {
    var json: JSONValue {
        let attempts = attempts.map { attempt in
            JSONValue.object([
                ("floatLayers", .integer(attempt.floatLayerCount)), ("dropPercentagePoints", .real(attempt.drop)),
                ("klDivergence", .real(attempt.klDivergence)), ("holds", .bool(attempt.holds)),
            ])
        }
        return .object([
            ("budget", .string(description)), ("allowedPercentagePoints", .real(allowedDrop)),
            ("attempts", .array(attempts)),
        ])
    }
}
