import Hone
import Reporting

/// What `hone benchmark --calibration` prints.
struct CalibrationReport {
    let name: String
    let results: [CalibrationResult]

    var text: String {
        var table = TextTable([
            "device", "threads", "batch", "forward ms", "images/s", "calibration ms", "p90", "images/s", "values",
        ])
        for result in results {
            table.add([
                result.device, "\(result.configuration.threads)", "\(result.configuration.batch)",
                Quantity.fixed(result.forward.median, 3), Quantity.fixed(result.forwardImagesPerSecond, 1),
                Quantity.fixed(result.calibration.median, 3), Quantity.fixed(result.calibration.p90, 3),
                Quantity.fixed(result.imagesPerSecond, 1),
                "\(result.valueCount) of \(Quantity.bytes(result.valueByteCount))",
            ])
        }
        return table.text()
    }

    /// `{"calibrations": [...]}`, one for each configuration.
    var json: JSONValue {
        .object([
            (
                "calibrations",
                .array(
                    results.map { result in
                        .object([
                            ("name", .string(name)), ("device", .string(result.device)),
                            ("threads", .integer(result.configuration.threads)),
                            ("batch", .integer(result.configuration.batch)), ("forward_ms", result.forward.json),
                            ("forward_images_per_second", .number(result.forwardImagesPerSecond)),
                            ("calibration_ms", result.calibration.json),
                            ("images_per_second", .number(result.imagesPerSecond)),
                            ("timed_runs", .integer(result.calibration.count)),
                            ("values", .integer(result.valueCount)), ("value_bytes", .integer(result.valueByteCount)),
                        ])
                    })
            )
        ])
    }
}

extension LatencyStatistics {
    /// Milliseconds.
    var json: JSONValue {
        .object([("median", .number(median)), ("p90", .number(p90)), ("min", .number(min))])
    }
}
