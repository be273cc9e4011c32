import COpenCL
import Tensors

/// A program that is built for one device.
package final class DeviceProgram: @unchecked Sendable {
    /// What it was made of, for messages.
    package let name: String
    let handle: cl_program
    private let device: OpenCLDevice

    private init(_ handle: cl_program, name: String, _ device: OpenCLDevice) {
        self.handle = handle
        self.name = name
        self.device = device
    }

    deinit { _ = device.library.functions.clReleaseProgram(handle) }

    /// Compiles a text.
    ///
    /// - Throws: `.device` with the compiler's messages if it does not accept it.
    static func compiled(
        _ text: String, options: String, name: String, context: cl_context, device: OpenCLDevice
    ) throws(HoneError) -> DeviceProgram {
        let functions = device.library.functions
        var status: cl_int = 0
        let created = text.withCString { pointer in
            var pointers: [UnsafePointer<CChar>?] = [pointer]
            return functions.clCreateProgramWithSource(context, 1, &pointers, nil, &status)
        }
        guard let created else { throw HoneError.openCL("clCreateProgramWithSource", status, name) }
        let program = DeviceProgram(created, name: name, device)
        status = program.build(options)
        guard status == CL_SUCCESS else { throw program.buildFailure(status, options) }
        return program
    }

    /// Loads what `binary` gave; nil if the driver refuses it.
    static func loaded(
        _ binary: [UInt8], options: String, name: String, context: cl_context, device: OpenCLDevice
    ) -> DeviceProgram? {
        let functions = device.library.functions
        var (status, binaryStatus): (cl_int, cl_int) = (0, 0)
        var handles: [cl_device_id?] = [device.handle]
        var byteCount = binary.count
        let created = binary.withUnsafeBufferPointer { bytes in
            var pointers = [bytes.baseAddress]
            return functions.clCreateProgramWithBinary(
                context, 1, &handles, &byteCount, &pointers, &binaryStatus, &status)
        }
        guard let created else { return nil }
        let program = DeviceProgram(created, name: name, device)
        guard status == CL_SUCCESS, binaryStatus == CL_SUCCESS, program.build(options) == CL_SUCCESS else { return nil }
        return program
    }

    /// What the driver gives to build it faster the next time; nil if it gives nothing.
    func binary() -> [UInt8]? {
        let functions = device.library.functions
        var byteCount = 0
        var status = functions.clGetProgramInfo(
            handle, cl_program_info(CL_PROGRAM_BINARY_SIZES), MemoryLayout<Int>.size, &byteCount, nil)
        guard status == CL_SUCCESS, byteCount > 0 else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, initialized in
            var pointers = [bytes.baseAddress]
            status = functions.clGetProgramInfo(
                handle, cl_program_info(CL_PROGRAM_BINARIES), MemoryLayout<UnsafeMutablePointer<UInt8>?>.size,
                &pointers,
                nil)
            initialized = status == CL_SUCCESS ? byteCount : 0
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// What the compiler said, empty if nothing.
    package func buildLog() -> String {
        let library = device.library
        let bytes: [UInt8]? = try? library.values("clGetProgramBuildInfo") {
            library.functions.clGetProgramBuildInfo(
                handle, device.handle, cl_program_build_info(CL_PROGRAM_BUILD_LOG), $0, $1, $2)
        }
        return String(decoding: (bytes ?? []).prefix { $0 != 0 }, as: UTF8.self)
    }

    private func build(_ options: String) -> cl_int {
        var handles: [cl_device_id?] = [device.handle]
        return device.library.functions.clBuildProgram(handle, 1, &handles, options, nil, nil)
    }

    /// The first lines of the log that say something, errors first: a driver's log may be long.
    private func buildFailure(_ status: cl_int, _ options: String) -> HoneError {
        let lines = buildLog().split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0 == " " } }
            .filter { !$0.isEmpty }
        let errors = lines.filter { $0.lowercased().contains("error") }
        let shown = (errors.isEmpty ? lines : errors).prefix(5).joined(separator: " | ")
        return HoneError(
            .device,
            "clBuildProgram (\(name), options '\(options)', \(device.info.name), driver \(device.info.driverVersion)): "
                + "\(OpenCLStatus.name(status)): \(shown.isEmpty ? "the driver gives no log" : shown)",
            remedy: "a newer driver may accept it; '--device cpu' needs none")
    }
}
