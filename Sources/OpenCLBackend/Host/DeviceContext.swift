import COpenCL
import Synchronization
import Tensors

/// What the sessions of one device share: its memory and its programs. One per device and process.
///
/// May be used from any thread; each session has a queue, and kernels, of its own.
package final class DeviceContext: @unchecked Sendable {
    package let device: OpenCLDevice
    let handle: cl_context
    /// The programs built so far.
    package let programs: ProgramLibrary
    /// Bytes of the buffers that exist.
    private let allocated = Atomic<Int>(0)
    private let lost = Atomic<Bool>(false)

    private let probed = Mutex<DeviceProbes?>(nil)

    private static let contexts = Mutex<[Int: DeviceContext]>([:])

    /// The context of a device; a new one if the last was lost.
    ///
    /// - Throws: `.device` if the driver gives none.
    package static func shared(_ device: OpenCLDevice) throws(HoneError) -> DeviceContext {
        try contexts.withLock { contexts throws(HoneError) in
            if let context = contexts[device.index], !context.isLost { return context }
            let context = try DeviceContext(device)
            contexts[device.index] = context
            return context
        }
    }

    /// A context of its own, as tests want it.
    ///
    /// - Parameter cache: where compiled programs are kept.
    package init(_ device: OpenCLDevice, cache: ProgramCache = .standard) throws(HoneError) {
        var status: cl_int = 0
        var handles: [cl_device_id?] = [device.handle]
        let created = device.library.functions.clCreateContext(nil, 1, &handles, nil, nil, &status)
        guard let created else { throw HoneError.openCL("clCreateContext", status, device.info.name) }
        self.device = device
        handle = created
        programs = ProgramLibrary(context: created, device: device, cache: cache)
    }

    deinit { _ = device.library.functions.clReleaseContext(handle) }

    /// What the device was found to do; found out, or read from the cache, when it is first asked for.
    package var probes: DeviceProbes {
        probed.withLock { probed in
            let probes = probed ?? DeviceProbes(of: self)
            probed = probes
            return probes
        }
    }

    /// A program for this device, with the bodies that its probes chose where `program` does not name them: `DOT4_IMPL`
    /// where the text includes `dot4.clh`, `MMA_PTX` where it includes `mma.clh` or `async_copy.clh`.
    ///
    /// - Throws: `.device` with the compiler's messages if the driver does not accept it.
    package func program(_ program: KernelProgram) throws(HoneError) -> DeviceProgram {
        try programs.program(program) { headers in
            var program = program
            if headers.contains("dot4.clh"), program.defines["DOT4_IMPL"] == nil {
                let body = probes.dot4Body
                program.defines["DOT4_IMPL"] = "\(body.rawValue)"
                program.options += body.options
            }
            if !headers.isDisjoint(with: ["mma.clh", "async_copy.clh"]), program.defines["MMA_PTX"] == nil {
                program.defines["MMA_PTX"] = probes.hasMatrixPTX ? "1" : "0"
            }
            return program
        }
    }

    /// Whether the device stopped: nothing of this context can be used any more.
    package var isLost: Bool { lost.load(ordering: .relaxed) }

    /// Bytes that are allocated now.
    package var allocatedByteCount: Int { allocated.load(ordering: .relaxed) }

    /// Takes note of what a failure means for the context, and gives the failure back.
    func noting(_ error: HoneError) -> HoneError {
        if error.code == .deviceLost { lost.store(true, ordering: .relaxed) }
        return error
    }

    /// A queue of its own for a session.
    ///
    /// - Parameter profiling: whether launches can be timed; costs a little.
    package func makeQueue(profiling: Bool = false) throws(HoneError) -> CommandQueue {
        try CommandQueue(self, profiling: profiling)
    }

    /// Memory of the device, with undefined content.
    ///
    /// Some drivers promise more than they have and fail when a kernel first touches the memory, so that what is
    /// allocated is counted here.
    ///
    /// - Parameter byteCount: 0 is allowed, and gives 4 bytes: OpenCL has no empty buffers.
    /// - Throws: `.outOfMemory` if it is more than the device has, or than one allocation may be.
    package func makeBuffer(byteCount: Int) throws(HoneError) -> DeviceBuffer {
        precondition(byteCount >= 0)
        let byteCount = max(byteCount, 4)
        let info = device.info
        guard byteCount <= info.maximumAllocation else {
            throw HoneError(
                .outOfMemory,
                "\(byteCount >> 20) MiB in one piece; \(info.name) allows \(info.maximumAllocation >> 20) MiB",
                remedy: "run smaller batches")
        }
        let total = allocated.add(byteCount, ordering: .relaxed).newValue
        do throws(HoneError) {
            guard total <= info.globalMemory else {
                throw HoneError(
                    .outOfMemory,
                    "\(total >> 20) MiB in all; \(info.name) has \(info.globalMemory >> 20) MiB",
                    remedy: "run smaller batches, or fewer sessions at once")
            }
            if info.kind == .cpu { try MemoryLimit.check(total, for: "memory of \(info.name)") }
            var status: cl_int = 0
            let created = device.library.functions.clCreateBuffer(
                handle, cl_mem_flags(CL_MEM_READ_WRITE), byteCount, nil, &status)
            guard let created else { throw HoneError.openCL("clCreateBuffer", status, "\(byteCount) bytes") }
            return DeviceBuffer(created, byteCount: byteCount, in: self)
        } catch {
            release(byteCount)
            throw error
        }
    }

    /// Called when a buffer goes.
    func release(_ byteCount: Int) { allocated.subtract(byteCount, ordering: .relaxed) }
}
