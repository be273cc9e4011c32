import COpenCL
import Foundation
import Tensors

/// OpenCL as it is installed here: the loader's library, opened when it is first needed.
///
/// The functions are called with handles of one driver or another; the loader hands each call on. All of them but
/// `clSetKernelArg` may be called from any thread (OpenCL 1.2, appendix A.2).
package final class OpenCLLibrary: @unchecked Sendable {
    /// The functions. Never changed after loading.
    let functions: COpenCLFunctions
    /// The name under which the library was opened.
    package let path: String

    /// What names another library than the system's loader: a driver's own, or a checker such as oclgrind.
    package static let pathVariable = "HONE_OPENCL_LIBRARY"

    private init(functions: COpenCLFunctions, path: String) {
        self.functions = functions
        self.path = path
    }

    private static let loaded: Result<OpenCLLibrary, HoneError> = Result { () throws(HoneError) in try load() }

    /// The library of this process.
    ///
    /// - Throws: `.device`, saying what to install, if there is none.
    package static func shared() throws(HoneError) -> OpenCLLibrary { try loaded.get() }

    private static func load() throws(HoneError) -> OpenCLLibrary {
        var candidates = defaultPaths
        if let path = ProcessInfo.processInfo.environment[pathVariable], !path.isEmpty { candidates = [path] }
        var reasons: [String] = []
        for path in candidates {
            var functions = COpenCLFunctions()
            var message = [CChar](repeating: 0, count: 512)
            if copencl_load(path, &functions, &message, message.count) {
                return OpenCLLibrary(functions: functions, path: path)
            }
            reasons.append(String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        throw HoneError(
            .device, "there is no OpenCL loader: \(reasons.joined(separator: "; "))", remedy: installationAdvice)
    }

    private static var defaultPaths: [String] {
        #if os(macOS)
            ["/System/Library/Frameworks/OpenCL.framework/OpenCL"]
        #else
            ["libOpenCL.so.1", "libOpenCL.so"]
        #endif
    }

    /// What gives a machine OpenCL.
    package static let installationAdvice =
        "on Debian and Ubuntu install the loader, ocl-icd-libopencl1, and a driver: for NVIDIA nvidia-opencl-icd (or "
        + "the driver that NVIDIA offers, which holds it), for Intel intel-opencl-icd, for AMD mesa-opencl-icd or ROCm's "
        + "rocm-opencl-runtime, for processors pocl-opencl-icd"

    /// Does nothing if the call succeeded.
    ///
    /// - Throws: what `HoneError.openCL` makes of any other status.
    func check(_ status: cl_int, _ call: String, _ subject: @autoclosure () -> String = "") throws(HoneError) {
        if status != CL_SUCCESS { throw HoneError.openCL(call, status, subject()) }
    }
}
