import Hone

/// `--device` and `--threads`.
enum DeviceOption {
    static let device = OptionSpecification.value(
        "--device", "DEVICE", "auto, reference, cpu or opencl[:N] (default auto)")
    static let threads = OptionSpecification.value("--threads", "N", "threads to use (default: one a core)")

    static func parse(_ arguments: ParsedArguments) throws(UsageError) -> Device {
        guard let spelling = arguments.value("--device") else { return .automatic }
        do throws(HoneError) {
            return try Device(spelling)
        } catch {
            throw arguments.fail("option --device: \(error)")
        }
    }
}
