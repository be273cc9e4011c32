import COpenCL
import Tensors

/// A piece of a device's memory. Given back when the last reference goes; commands that still use it keep it until then.
package final class DeviceBuffer: @unchecked Sendable {
    /// Its size, at least 1.
    package let byteCount: Int
    let handle: cl_mem
    let context: DeviceContext
    /// What this one is a part of.
    private let whole: DeviceBuffer?

    init(_ handle: cl_mem, byteCount: Int, in context: DeviceContext, partOf whole: DeviceBuffer? = nil) {
        self.handle = handle
        self.byteCount = byteCount
        self.context = context
        self.whole = whole
    }

    deinit {
        _ = context.device.library.functions.clReleaseMemObject(handle)
        if whole == nil { context.release(byteCount) }
    }

    /// A part of the buffer as a buffer: kernels get a pointer to its first byte.
    ///
    /// - Parameter bytes: not empty, within this buffer, which is no part itself; its start is a multiple of
    ///   `DeviceInfo.subBufferAlignment`.
    package func part(_ bytes: Range<Int>) throws(HoneError) -> DeviceBuffer {
        precondition(whole == nil, "a part of a part")
        precondition(!bytes.isEmpty && bytes.lowerBound >= 0 && bytes.upperBound <= byteCount)
        var region = cl_buffer_region(origin: bytes.lowerBound, size: bytes.count)
        var status: cl_int = 0
        let created = context.device.library.functions.clCreateSubBuffer(
            handle, cl_mem_flags(CL_MEM_READ_WRITE), cl_buffer_create_type(CL_BUFFER_CREATE_TYPE_REGION), &region,
            &status)
        guard let created else { throw HoneError.openCL("clCreateSubBuffer", status, "bytes \(bytes)") }
        return DeviceBuffer(created, byteCount: bytes.count, in: context, partOf: self)
    }
}
