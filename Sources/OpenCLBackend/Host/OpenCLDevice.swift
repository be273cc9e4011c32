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
    /// - Throws: `.device` if there is no loader or no platform, with what to install.
    package static func all() throws(HoneError) -> [OpenCLDevice] { try found.get() }

    private static let found: Result<[OpenCLDevice], HoneError> = Result { () throws(HoneError) in try find() }

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
        if let obstacle = devices[index].info.obstacle {
            throw HoneError(.device, "opencl:\(index), \(devices[index].info.name), cannot be used: \(obstacle)")
        }
        return devices[index]
    }

    /// The GPU that `auto` takes: the first one that works; nil if there is none. One that fails is skipped.
    package static var automatic: OpenCLDevice? {
        (try? all())?.first { $0.info.kind == .gpu && $0.obstacle == nil }
    }

    /// What it was found to do.
    ///
    /// - Throws: `.device` if it cannot be used at all.
    package func probes() throws(HoneError) -> DeviceProbes {
        if let obstacle = info.obstacle { throw HoneError(.device, obstacle) }
        return try DeviceContext.shared(self).probes
    }

    /// Why it cannot be used, by what it says or by what its probes showed; nil if nothing speaks against it.
    package var obstacle: String? {
        do throws(HoneError) {
            return try probes().obstacle
        } catch {
            return error.message
        }
    }

    private static func find() throws(HoneError) -> [OpenCLDevice] {
        let library = try OpenCLLibrary.shared()
        var count: cl_uint = 0
        let status = library.functions.clGetPlatformIDs(0, nil, &count)
        // A loader that finds no driver says -1001.
        guard status != -1001, count > 0 || status != CL_SUCCESS else {
            throw HoneError(
                .device, "the OpenCL loader \(library.path) finds no driver",
                remedy: OpenCLLibrary.installationAdvice)
        }
        try library.check(status, "clGetPlatformIDs")
        var platforms = [cl_platform_id?](repeating: nil, count: Int(count))
        try library.check(library.functions.clGetPlatformIDs(count, &platforms, nil), "clGetPlatformIDs")
        var devices: [(info: DeviceInfo, handle: cl_device_id)] = []
        for case let platform? in platforms {
            // A platform that does not answer hides its devices, and no others.
            for handle in (try? deviceHandles(of: platform, library)) ?? [] {
                if let info = try? DeviceInfo(handle, platform: platform, library) { devices.append((info, handle)) }
            }
        }
        let order = devices.indices.sorted { left, right in
            let (a, b) = (devices[left].info, devices[right].info)
            return (a.kind, a.platformName, left) < (b.kind, b.platformName, right)
        }
        return order.enumerated().map { index, position in
            OpenCLDevice(index: index, info: devices[position].info, handle: devices[position].handle, library: library)
        }
    }

    private static func deviceHandles(
        of platform: cl_platform_id, _ library: OpenCLLibrary
    ) throws(HoneError) -> [cl_device_id] {
        let every = cl_device_type(CL_DEVICE_TYPE_ALL)
        var count: cl_uint = 0
        let status = library.functions.clGetDeviceIDs(platform, every, 0, nil, &count)
        guard status != CL_DEVICE_NOT_FOUND, count > 0 else { return [] }
        var handles = [cl_device_id?](repeating: nil, count: Int(count))
        try library.check(library.functions.clGetDeviceIDs(platform, every, count, &handles, nil), "clGetDeviceIDs")
        return handles.compactMap { $0 }
    }
}
