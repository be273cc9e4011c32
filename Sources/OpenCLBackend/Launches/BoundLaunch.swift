import COpenCL
import Tensors

/// A kernel with its arguments set, to be enqueued any number of times. Belongs to one session, as its queue does.
package final class BoundLaunch {
    /// File and function, for messages and profiles.
    package let name: String
    let kernel: cl_kernel
    /// Multiples of `localSize`.
    let globalSize: [Int]
    /// Empty where the driver chooses.
    let localSize: [Int]
    /// Whether there is nothing to do.
    package var isEmpty: Bool { globalSize.contains(0) }

    /// A kernel does not keep its buffers.
    private let memory: [DeviceBuffer?]
    private let program: DeviceProgram
    private let context: DeviceContext

    /// - Parameters:
    ///   - memory: for each argument its buffer, nil where it is none.
    ///   - built: what probes loaded by hand; nil for the launch's own program.
    init(
        _ launch: KernelLaunch, memory: [DeviceBuffer?], in context: DeviceContext, program built: DeviceProgram? = nil
    ) throws(HoneError) {
        precondition((1...3).contains(launch.globalSize.count) && launch.globalSize.allSatisfy { $0 >= 0 })
        precondition(memory.count == launch.arguments.count)
        let program = if let built { built } else { try context.program(launch.program) }
        let functions = context.device.library.functions
        var status: cl_int = 0
        guard let kernel = functions.clCreateKernel(program.handle, launch.function, &status) else {
            throw HoneError.openCL("clCreateKernel", status, "\(launch.function) of \(program.name)")
        }
        self.program = program
        self.context = context
        self.memory = memory
        self.kernel = kernel
        let file = launch.program.file
        name = file == launch.function ? file : "\(file).\(launch.function)"
        localSize = launch.localSize ?? []
        globalSize =
            launch.localSize.map { zip(launch.globalSize, $0).map { ($0 + $1 - 1) / $1 * $1 } } ?? launch.globalSize
        precondition(localSize.isEmpty || localSize.count == globalSize.count)
        for (index, argument) in launch.arguments.enumerated() {
            try set(cl_uint(index), argument, memory[index])
        }
        try checkWorkGroup()
    }

    deinit { _ = context.device.library.functions.clReleaseKernel(kernel) }

    private func set(_ index: cl_uint, _ argument: KernelArgument, _ buffer: DeviceBuffer?) throws(HoneError) {
        func setBytes<T: BitwiseCopyable>(_ value: T) -> cl_int {
            withUnsafeBytes(of: value) { bytes in
                context.device.library.functions.clSetKernelArg(kernel, index, bytes.count, bytes.baseAddress)
            }
        }
        let status =
            switch argument {
            case .value, .buffer, .temporary, .absent: setBytes(buffer?.handle)
            case .int32(let value): setBytes(value)
            case .uint32(let value): setBytes(value)
            case .int64(let value): setBytes(value)
            case .float(let value): setBytes(value)
            case .local(let byteCount):
                context.device.library.functions.clSetKernelArg(kernel, index, max(byteCount, 1), nil)
            }
        try context.device.library.check(status, "clSetKernelArg", "argument \(index) of \(name): \(argument)")
    }

    /// What a driver would say with a bare status when the launch is enqueued.
    private func checkWorkGroup() throws(HoneError) {
        guard !localSize.isEmpty else { return }
        let info = context.device.info
        let size = localSize.reduce(1, *)
        var largest = 0
        let status = context.device.library.functions.clGetKernelWorkGroupInfo(
            kernel, context.device.handle, cl_kernel_work_group_info(CL_KERNEL_WORK_GROUP_SIZE),
            MemoryLayout<Int>.size, &largest, nil)
        let limit = status == CL_SUCCESS && largest > 0 ? largest : info.maximumWorkGroupSize
        let fits = zip(localSize, info.maximumWorkItemSizes).allSatisfy { $0 <= $1 }
        guard size <= limit, fits else {
            let sizes = localSize.map(String.init).joined(separator: " x ")
            throw HoneError(
                .device, "\(name): a work-group of \(sizes) items; \(info.name) takes \(limit) of this kernel",
                remedy: "'--device cpu' runs the model")
        }
    }
}
