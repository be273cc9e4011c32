import Hone
import Reporting

/// What `hone calibrate` prints.
struct CalibrationSummary {
    private let calibration: Calibration
    private let source: String
    private let output: String
    private let data: String?
    private let seconds: Double

    init(_ calibration: Calibration, source: String, output: String, data: String?, seconds: Double) {
        self.calibration = calibration
        self.source = source
        self.output = output
        self.data = data
        self.seconds = seconds
    }

    var text: String {
        let samples = "\(Quantity.count(calibration.sampleCount)) samples"
        var lines = [
            "\(source) -> \(output)", "calibrated  \(samples)" + (data.map { " of \($0)" } ?? " together"),
            "values      \(Quantity.count(calibration.valueNames.count))",
        ]
        for warning in calibration.warnings { lines.append("warning     calibration \(warning)") }
        lines.append("time        \(Quantity.duration(seconds: seconds))")
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        [
            "source": .string(source), "output": .string(output), "samples": .integer(calibration.sampleCount),
            "values": .integer(calibration.valueNames.count),
            "warnings": .array(calibration.warnings.map { .string("calibration " + $0) }), "seconds": .number(seconds),
        ]
    }
}
