import COpenCL
import Tensors

/// A device of this machine, with the number that `--device opencl:N` gives it.
///
/// Handles of devices live as long as the process.
package struct OpenCLDevice: @unchecked Sendable {
    /// N of `opencl:N`.
    package let index: Int
    package let info: DeviceInfo
    let handle: cl_device_id
    let library: OpenCLLibrary

    /// Every device of every platform that takes OpenCL C source, usable or not (`info.obstacle`): GPUs first, then
    /// accelerators, then processors; within these by the platform's name, and as the platform orders them. The same
    /// machine gives the same numbers, whatever order a loader finds drivers in.
    ///
    /// - Throws: `.device` if there is no loader or no platform, with what to install; or if none answers.
    package static func all() throws(HoneError) -> [OpenCLDevice] {
        let found = try found.get()
        if found.devices.isEmpty, let failure = found.failures.first { throw noAnswer(failure) }
        return found.devices
    }

    /// What platforms and devices said instead of what they are; empty where all is well, or nothing is there.
    package static var failures: [HoneError] { (try? found.get())?.failures.map(noAnswer) ?? [] }

    private static let found: Result<Found, HoneError> = Result { () throws(HoneError) in try find() }

    private struct Found {
        var devices: [OpenCLDevice] = []
        var failures: [HoneError] = []
    }

    private static func noAnswer(_ failure: HoneError) -> HoneError {
        HoneError(
            .device, "an OpenCL driver does not say what it has: \(failure.message)",
            remedy: "look at the driver's installation and at the system's log; '--device cpu' needs no driver")
    }

    /// Device N.
    ///
    /// - Throws: `.device` if there is none of that number, or it cannot be used.
    package static func numbered(_ index: Int) throws(HoneError) -> OpenCLDevice {
        let devices = try all()
        guard devices.indices.contains(index) else {
            throw HoneError(
                .device, "there is no device opencl:\(index); there are \(devices.count) OpenCL devices",
                remedy: "'hone devices' lists them")
        }
        let device = devices[index]
        let obstacle: String? = if let said = device.info.obstacle { said } else { try device.probes().obstacle }
        if let obstacle {
            throw HoneError(
                .device, "opencl:\(index), \(device.info.name), cannot be used: \(obstacle)",
                remedy: "'hone devices' shows what was found; '--device cpu' needs no driver")
        }
        return device
    }

    /// The GPU that `auto` takes: the first one that works; nil if there is none.
    package static var automatic: OpenCLDevice? { automaticChoice.device }

    /// The same, with a line for each one that was passed over because it does not work.
    package static var automaticChoice: (device: OpenCLDevice?, skipped: [String]) {
        guard let devices = try? all() else {
            // No OpenCL at all is nothing to speak of; a driver that fails is.
            return (nil, failures.map { $0.message })
        }
        var skipped = failures.map { $0.message }
        for device in devices where device.info.kind == .gpu {
            guard let obstacle = device.obstacle else { return (device, skipped) }
            skipped.append("opencl:\(device.index), \(device.info.name), is not used: \(obstacle)")
        }
        return (nil, skipped)
    }

    /// What it was found to do.
    ///
    /// - Throws: `.device` if it cannot be used at all.
    package func probes() throws(HoneError) -> DeviceProbes {
        if let obstacle = info.obstacle { throw HoneError(.device, obstacle) }
        return try DeviceContext.shared(self).probes
    }

    /// Why it cannot be used, by what it says, by what its probes showed, or by what it does now; nil if nothing speaks
    /// against it.
    package var obstacle: String? {
        do throws(HoneError) {
            if let obstacle = try probes().obstacle { return obstacle }
            return try runsAKernel() ? nil : "it does not do what it is told"
        } catch {
            return error.message
        }
    }

    /// What probes found may be from another day.
    private func runsAKernel() throws(HoneError) -> Bool {
        let queue = try DeviceContext.shared(self).makeQueue()
        let maker = LaunchMaker(queue: queue)
        let buffer = try maker.buffer([UInt32(0)])
        try queue.enqueue(try maker.bind(.fill(.buffer(buffer), byteCount: 4, byte: 0x5A)))
        return try queue.read(buffer, count: 1, as: UInt32.self) == [0x5A5A_5A5A]
    }

    private static func find() throws(HoneError) -> Found {
        let library = try OpenCLLibrary.shared()
        var count: cl_uint = 0
        let status = library.functions.clGetPlatformIDs(0, nil, &count)
        // A loader that finds no driver says -1001.
        guard status != -1001, count > 0 || status != CL_SUCCESS else {
            throw HoneError(
                .device, "the OpenCL loader \(library.path) finds no driver",
                remedy: OpenCLLibrary.installationAdvice)
        }
        var found = Found()
        var platforms = [cl_platform_id?](repeating: nil, count: Int(count))
        do throws(HoneError) {
            try library.check(status, "clGetPlatformIDs")
            try library.check(library.functions.clGetPlatformIDs(count, &platforms, nil), "clGetPlatformIDs")
        } catch {
            found.failures = [error]
            return found
        }
        var devices: [(info: DeviceInfo, handle: cl_device_id)] = []
        // A platform or a device that does not answer hides itself, and no others.
        for case let platform? in platforms {
            do throws(HoneError) {
                for handle in try deviceHandles(of: platform, library) {
                    do throws(HoneError) {
                        devices.append((try DeviceInfo(handle, platform: platform, library), handle))
                    } catch {
                        found.failures.append(error)
                    }
                }
            } catch {
                found.failures.append(error)
            }
        }
        let order = devices.indices.sorted { left, right in
            let (a, b) = (devices[left].info, devices[right].info)
            return (a.kind, a.platformName, left) < (b.kind, b.platformName, right)
        }
        found.devices = order.enumerated().map { index, position in
            OpenCLDevice(index: index, info: devices[position].info, handle: devices[position].handle, library: library)
        }
        return found
    }

    private static func deviceHandles(
        of platform: cl_platform_id, _ library: OpenCLLibrary
    ) throws(HoneError) -> [cl_device_id] {
        let every = cl_device_type(CL_DEVICE_TYPE_ALL)
        var count: cl_uint = 0
        let status = library.functions.clGetDeviceIDs(platform, every, 0, nil, &count)
        if status == CL_DEVICE_NOT_FOUND { return [] }
        try library.check(status, "clGetDeviceIDs")
        guard count > 0 else { return [] }
        var handles = [cl_device_id?](repeating: nil, count: Int(count))
        try library.check(library.functions.clGetDeviceIDs(platform, every, count, &handles, nil), "clGetDeviceIDs")
        return handles.compactMap { $0 }
    }
}
