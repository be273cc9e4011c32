import OpenCLBackend
import Testing

/// What tests of this target run on: the device that `HONE_TEST_OPENCL` numbers, otherwise the first that can be used.
enum OpenCLDevices {
    static let chosen: OpenCLDevice? = {
        guard let devices = try? OpenCLDevice.all() else { return nil }
        return devices.first { $0.info.obstacle == nil }
    }()

    /// A trait for suites that need a device: without one they are skipped, and say so.
    static let areThere = ConditionTrait.enabled(
        if: OpenCLDevices.chosen != nil, "no OpenCL device: 'make deps-test' installs one")

    /// A queue on the chosen device.
    static func queue(profiling: Bool = false) throws -> CommandQueue {
        let device = try #require(chosen)
        return try DeviceContext.shared(device).makeQueue(profiling: profiling)
    }
}
