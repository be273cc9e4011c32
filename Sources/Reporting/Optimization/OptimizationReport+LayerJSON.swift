extension JSONValue {
    static func float(_ value: Float?) -> JSONValue {
        value.flatMap { $0.isFinite ? .float32($0) : nil } ?? .null
    }
}

extension OptimizationReport.Layer {
    var json: JSONValue {
        .object([
            ("name", .string(name)), ("operator", .string(operatorType)), ("quantized", .bool(isQuantized)),
            ("reason", .string(reason)), ("value", .text(value)), ("sqnrDecibels", .decibels(signalToNoise)),
            ("cosine", .real(cosine)), ("saturatedPercent", .real(saturated)), ("alone", alone.map(\.json) ?? .null),
            ("floatMilliseconds", .real(floatMilliseconds)), ("int8Milliseconds", .real(int8Milliseconds)),
            ("densityPercent", .real(density)), ("pruningError", .real(pruningError)),
            ("pruningReason", .text(pruningReason)),
            ("outputScale", .float(outputScale)), ("outputZeroPoint", .count(outputZeroPoint)),
            ("weights", weights.map(\.json) ?? .null),
        ])
    }
}

extension OptimizationReport.Weights {
    var json: JSONValue {
        .object([
            ("floatBytes", .integer(floatByteCount)), ("int8Bytes", .integer(int8ByteCount)),
            ("scales", scales.map(\.json) ?? .null), ("channelMaxima", channelMaxima.map(\.json) ?? .null),
            ("before", distribution.map(\.before.json) ?? .null), ("after", distribution.map(\.after.json) ?? .null),
        ])
    }
}

extension OptimizationReport.Summary {
    var json: JSONValue {
        .object([
            ("count", .integer(count)), ("smallest", .float(smallest)), ("median", .float(median)),
            ("largest", .float(largest)),
        ])
    }
}

extension OptimizationReport.Histogram {
    var json: JSONValue {
        .object([
            ("lowerEdge", .real(lowerEdge)), ("width", .real(width)), ("counts", .array(counts.map { .count($0) })),
        ])
    }
}

extension OptimizationReport.Tensor {
    var json: JSONValue {
        .object([
            ("name", .string(name)), ("minimum", .float(extremes?.lowerBound)),
            ("maximum", .float(extremes?.upperBound)), ("zeros", .count(zeroCount)), ("nans", .count(nanCount)),
            ("infinities", .count(infinityCount)), ("low", .float(low)), ("high", .float(high)),
            ("scale", .float(scale)), ("zeroPoint", .integer(zeroPoint)), ("sharedWith", .text(sharedWith)),
            ("histogram", histogram.json),
        ])
    }
}
