import COpenCL
import Tensors

extension OpenCLLibrary {
    /// A property that is a text. Some drivers count NULs, or spaces around it.
    func deviceText(_ device: cl_device_id, _ parameter: Int32) throws(HoneError) -> String {
        text(try deviceValues(device, parameter, UInt8.self))
    }

    /// A property that is one value of at most `T`'s size; missing upper bytes are 0.
    func deviceValue<T: FixedWidthInteger>(
        _ device: cl_device_id, _ parameter: Int32, _: T.Type
    ) throws(HoneError) -> T {
        integer(try deviceValues(device, parameter, UInt8.self))
    }

    /// A property that is a list.
    func deviceValues<T: FixedWidthInteger>(
        _ device: cl_device_id, _ parameter: Int32, _: T.Type
    ) throws(HoneError) -> [T] {
        try values("clGetDeviceInfo") { functions.clGetDeviceInfo(device, cl_device_info(parameter), $0, $1, $2) }
    }

    /// A property of a platform that is a text.
    func platformText(_ platform: cl_platform_id, _ parameter: Int32) throws(HoneError) -> String {
        text(
            try values("clGetPlatformInfo") {
                functions.clGetPlatformInfo(platform, cl_platform_info(parameter), $0, $1, $2)
            })
    }

    /// Asks for the size first, then for the content, as every `clGet...Info` wants it.
    func values<T: FixedWidthInteger>(
        _ call: String, _ query: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> cl_int
    ) throws(HoneError) -> [T] {
        var byteCount = 0
        try check(query(0, nil, &byteCount), call)
        var values = [T](repeating: 0, count: byteCount / MemoryLayout<T>.stride)
        let status = values.withUnsafeMutableBytes { query($0.count, $0.baseAddress, nil) }
        try check(status, call)
        return values
    }

    func text(_ bytes: [UInt8]) -> String {
        let words = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self).split(separator: " ")
        return words.joined(separator: " ")
    }

    private func integer<T: FixedWidthInteger>(_ bytes: [UInt8]) -> T {
        bytes.prefix(MemoryLayout<T>.size).reversed().reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }
}
