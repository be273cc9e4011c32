import Hone
import Reporting

extension BenchmarkReport {
    /// `{"runs": [...]}`, one for each configuration of each model or layer.
    var json: JSONValue { .object([("runs", .array(entries.map(\.json)))]) }
}

extension BenchmarkReport.Entry {
    fileprivate var json: JSONValue {
        let latency = result.latency
        return .object([
            ("name", .string(name)), ("device", .string(result.device)),
            ("precision", .string(result.configuration.precision.rawValue)),
            ("isa", result.isa.map { .string($0) } ?? .null),
            ("threads", .integer(result.configuration.threads)), ("batch", .integer(result.configuration.batch)),
            ("latency_ms", latency.json), ("timed_runs", .integer(latency.count)),
            ("images_per_second", .number(result.imagesPerSecond)),
            ("gops", .number(result.gops)), ("peak_gops", .number(result.peakGops)),
            ("percent_of_peak", .number(result.percentOfPeak)),
            (
                "peaks",
                .object([
                    ("int8_gops", .number(result.peaks.integerGops)), ("float32_gops", .number(result.peaks.floatGops)),
                ])
            ),
            ("load_ms", .number(result.loadMilliseconds)), ("first_run_ms", .number(result.firstRunMilliseconds)),
            ("memory", result.memory.json), ("layers_ms", .number(result.layerMilliseconds)),
            ("layers_images_per_second", .number(result.layerImagesPerSecond)),
            ("layers", .array(result.layers.map { $0.json(result.peaks) })),
        ])
    }
}

extension BenchmarkMemory {
    /// Bytes; null where the system does not say.
    var json: JSONValue {
        .object([
            ("loaded_resident_bytes", .bytes(loaded?.residentBytes)), ("loaded_peak_bytes", .bytes(loaded?.peakBytes)),
            ("running_resident_bytes", .bytes(running?.residentBytes)),
            ("running_peak_bytes", .bytes(running?.peakBytes)), ("constant_bytes", .integer(constantBytes)),
            ("arena_bytes", .integer(arenaBytes)), ("boundary_bytes", .integer(boundaryBytes)),
        ])
    }
}

extension LayerTiming {
    fileprivate func json(_ peaks: MeasuredPeaks) -> JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return .object([
            ("name", .string(name)), ("operator", .string(operatorType)), ("output", .string(output)),
            ("ms", .number(milliseconds)), ("gops", number(gops)),
            ("percent_of_peak", number(percentOfPeak(peaks))), ("density", number(density)),
        ])
    }
}

extension JSONValue {
    fileprivate static func bytes(_ count: Int?) -> JSONValue { count.map { .integer($0) } ?? .null }
}
