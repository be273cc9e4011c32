import COpenCL
import Tensors

/// Commands of one session, done in the order in which they are given. Used from one thread at a time.
package final class CommandQueue {
    package let context: DeviceContext
    package let isProfiling: Bool
    private let handle: cl_command_queue
    private var functions: COpenCLFunctions { context.device.library.functions }

    init(_ context: DeviceContext, profiling: Bool) throws(HoneError) {
        var status: cl_int = 0
        let properties = profiling ? cl_command_queue_properties(CL_QUEUE_PROFILING_ENABLE) : 0
        let created = context.device.library.functions.clCreateCommandQueue(
            context.handle, context.device.handle, properties, &status)
        guard let created else { throw context.noting(HoneError.openCL("clCreateCommandQueue", status)) }
        self.context = context
        handle = created
        isProfiling = profiling
    }

    deinit {
        // What was enqueued may use memory that its owner frees next.
        _ = functions.clFinish(handle)
        _ = functions.clReleaseCommandQueue(handle)
    }

    /// Copies bytes into a buffer; they have been read when this returns.
    ///
    /// - Parameter offset: of the first byte in the buffer; all bytes must fit.
    package func write(
        _ bytes: UnsafeRawBufferPointer, to buffer: DeviceBuffer, offset: Int = 0
    ) throws(HoneError) {
        precondition(offset >= 0 && bytes.count <= buffer.byteCount - offset)
        guard let address = bytes.baseAddress, bytes.count > 0 else { return }
        try check(
            functions.clEnqueueWriteBuffer(
                handle, buffer.handle, cl_bool(CL_TRUE), offset, bytes.count, address, 0, nil, nil),
            "clEnqueueWriteBuffer", "\(bytes.count) bytes")
    }

    /// Copies bytes out of a buffer, when all that was enqueued before is done; they are there when this returns.
    ///
    /// - Parameter offset: of the first byte in the buffer, which must hold as many as are asked for.
    package func read(
        _ buffer: DeviceBuffer, into bytes: UnsafeMutableRawBufferPointer, offset: Int = 0
    ) throws(HoneError) {
        precondition(offset >= 0 && bytes.count <= buffer.byteCount - offset)
        guard let address = bytes.baseAddress, bytes.count > 0 else { return }
        try check(
            functions.clEnqueueReadBuffer(
                handle, buffer.handle, cl_bool(CL_TRUE), offset, bytes.count, address, 0, nil, nil),
            "clEnqueueReadBuffer", "\(bytes.count) bytes")
    }

    /// The first elements of a buffer.
    package func read<Element: BitwiseCopyable>(
        _ buffer: DeviceBuffer, count: Int, as _: Element.Type
    ) throws(HoneError) -> [Element] {
        var failure: HoneError?
        let elements = [Element](unsafeUninitializedCapacity: count) { elements, initialized in
            let bytes = UnsafeMutableRawBufferPointer(
                start: elements.baseAddress, count: count * MemoryLayout<Element>.stride)
            do throws(HoneError) { try read(buffer, into: bytes) } catch { failure = error }
            initialized = failure == nil ? count : 0
        }
        if let failure { throw failure }
        return elements
    }

    /// Copies within the device. The buffers do not overlap.
    package func copy(
        _ source: DeviceBuffer, offset: Int = 0, to target: DeviceBuffer, offset targetOffset: Int = 0, byteCount: Int
    ) throws(HoneError) {
        precondition(offset >= 0 && byteCount <= source.byteCount - offset)
        precondition(targetOffset >= 0 && byteCount <= target.byteCount - targetOffset)
        guard byteCount > 0 else { return }
        try check(
            functions.clEnqueueCopyBuffer(
                handle, source.handle, target.handle, offset, targetOffset, byteCount, 0, nil, nil),
            "clEnqueueCopyBuffer", "\(byteCount) bytes")
    }

    /// Lets a kernel run once all that was enqueued before is done. Returns at once.
    package func enqueue(_ launch: BoundLaunch) throws(HoneError) {
        guard !launch.isEmpty else { return }
        try enqueue(launch, event: nil)
    }

    /// The same, with an event that tells when it ran; nil for a launch of no work-items.
    ///
    /// - Precondition: the queue is a profiling one.
    package func enqueueTimed(_ launch: BoundLaunch) throws(HoneError) -> LaunchEvent? {
        precondition(isProfiling)
        guard !launch.isEmpty else { return nil }
        var event: cl_event?
        try enqueue(launch, event: &event)
        return event.map { LaunchEvent($0, context) }
    }

    private func enqueue(_ launch: BoundLaunch, event: UnsafeMutablePointer<cl_event?>?) throws(HoneError) {
        let status = launch.localSize.withUnsafeBufferPointer { local in
            functions.clEnqueueNDRangeKernel(
                handle, launch.kernel, cl_uint(launch.globalSize.count), nil, launch.globalSize,
                local.isEmpty ? nil : local.baseAddress, 0, nil, event)
        }
        try check(status, "clEnqueueNDRangeKernel", launch.name)
    }

    /// Hands what was enqueued to the device.
    package func flush() throws(HoneError) { try check(functions.clFlush(handle), "clFlush") }

    /// Waits until all that was enqueued is done.
    package func finish() throws(HoneError) { try check(functions.clFinish(handle), "clFinish") }

    private func check(_ status: cl_int, _ call: String, _ subject: @autoclosure () -> String = "") throws(HoneError) {
        if status != CL_SUCCESS { throw context.noting(HoneError.openCL(call, status, subject())) }
    }
}

/// When a launch ran, by the device's clock.
package final class LaunchEvent {
    private let handle: cl_event
    private let context: DeviceContext

    init(_ handle: cl_event, _ context: DeviceContext) {
        self.handle = handle
        self.context = context
    }

    deinit { _ = context.device.library.functions.clReleaseEvent(handle) }

    /// Start and end in nanoseconds; waits for the end.
    ///
    /// - Throws: `.device` if the launch failed.
    package func interval() throws(HoneError) -> (start: UInt64, end: UInt64) {
        let functions = context.device.library.functions
        var handles: [cl_event?] = [handle]
        let status = functions.clWaitForEvents(1, &handles)
        if status != CL_SUCCESS { throw context.noting(HoneError.openCL("clWaitForEvents", status)) }
        return (try time(CL_PROFILING_COMMAND_START), try time(CL_PROFILING_COMMAND_END))
    }

    /// How long the kernel ran.
    package func duration() throws(HoneError) -> Duration {
        let (start, end) = try interval()
        return .nanoseconds(Int64(clamping: end &- start))
    }

    private func time(_ parameter: Int32) throws(HoneError) -> UInt64 {
        var value: cl_ulong = 0
        let functions = context.device.library.functions
        let status = functions.clGetEventProfilingInfo(
            handle, cl_profiling_info(parameter), MemoryLayout<cl_ulong>.size, &value, nil)
        try context.device.library.check(status, "clGetEventProfilingInfo")
        return value
    }
}
