import Hone

/// `--device`, `--threads` and `--precision`.
enum DeviceOption {
    static let device = OptionSpecification.value(
        "--device", "DEVICE", "auto, reference, cpu or opencl[:N] (default auto)")
    static let threads = OptionSpecification.value("--threads", "N", "threads to use (default: one a core)")
    static let precision = OptionSpecification.value(
        "--precision", "P", "round operands of float convolutions and products: float32 (default: no), tf32, float16")

    static func parsePrecision(_ arguments: ParsedArguments) throws(UsageError) -> FloatPrecision {
        try arguments.choice("--precision", of: FloatPrecision.self) ?? .float32
    }

    static func parse(_ arguments: ParsedArguments) throws(UsageError) -> Device {
        guard let spelling = arguments.value("--device") else { return .automatic }
        do throws(HoneError) {
            return try Device(spelling)
        } catch {
            throw arguments.fail("option --device: \(error)")
        }
    }
}
