import CPUBackend
import OpenCLBackend
import Tensors

/// What a device gives at most, apart from any model.
package struct DevicePeaks: Sendable {
    /// One measured number.
    package struct Figure: Sendable {
        /// In JSON.
        package let key: String
        /// In tables.
        package let label: String
        /// nil where the device has no such thing.
        package let value: Double?
    }

    /// As in `--device`.
    package let device: String
    /// As the device calls itself.
    package let name: String
    package let figures: [Figure]

    /// Measures now.
    ///
    /// - Throws: `.device` if there is no such device, or it fails.
    package init(_ configuration: BenchmarkConfiguration) throws(HoneError) {
        device = configuration.device.description
        if let index = configuration.device.openCLIndex {
            let device = try OpenCLDevice.numbered(index)
            let peak = try DevicePeak(device)
            name = device.info.name
            figures =
                DevicePeaks.arithmetic(
                    dotProducts: try peak.dotProductGops(), matrix: try peak.matrixGops(), floats: try peak.floatGops())
                + DevicePeaks.transfers(try DeviceTransfers(device))
        } else {
            let (isa, threads) = (try configuration.instructionSet, configuration.threads)
            name = "\(isa), \(threads) thread(s)"
            figures = DevicePeaks.arithmetic(
                dotProducts: Peak.integerGops(isa: isa, threads: threads), matrix: nil,
                floats: Peak.gops(.float32, isa: isa, threads: threads) ?? 0)
        }
    }

    private static func arithmetic(dotProducts: Double, matrix: Double?, floats: Double) -> [Figure] {
        [
            Figure(key: "int8_dot_gops", label: "int8 dot products, GOP/s", value: dotProducts),
            Figure(key: "int8_matrix_gops", label: "int8 matrix instructions, GOP/s", value: matrix),
            Figure(key: "float32_gops", label: "float32 multiply-adds, GOP/s", value: floats),
        ]
    }

    private static func transfers(_ found: DeviceTransfers) -> [Figure] {
        [
            Figure(
                key: "copy_gigabytes_per_second", label: "copies within the device, read and written, GB/s",
                value: found.copyRate),
            Figure(key: "copy_bytes", label: "... of so many bytes", value: Double(found.copyByteCount)),
            Figure(
                key: "large_copy_gigabytes_per_second", label: "... of 5 GiB, compared", value: found.largeCopyRate),
            Figure(key: "upload_gigabytes_per_second", label: "from the host, GB/s", value: found.uploadRate),
            Figure(key: "download_gigabytes_per_second", label: "to the host, GB/s", value: found.downloadRate),
            Figure(
                key: "launch_microseconds", label: "from kernel to kernel in a full queue, us",
                value: found.launchMicroseconds),
            Figure(
                key: "round_trip_microseconds", label: "one kernel, started and waited for, us",
                value: found.roundTripMicroseconds),
            Figure(
                key: "empty_kernel_microseconds", label: "an empty kernel by the device's clock, us",
                value: found.emptyKernelMicroseconds),
            Figure(
                key: "timer_nanoseconds", label: "steps of that clock, ns", value: Double(found.timerNanoseconds)),
        ]
    }
}
