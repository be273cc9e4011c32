import Runtime

/// One run of a kernel, as data: a step of a plan is a list of these.
package struct KernelLaunch {
    /// The program that holds the kernel.
    package var program: KernelProgram
    /// The kernel's name in it.
    package var function: String
    /// One for each of its parameters.
    package var arguments: [KernelArgument]
    /// Work-items in one to three dimensions; rounded up to multiples of `localSize`, so that kernels check their bounds.
    /// With a 0 in it nothing runs.
    package var globalSize: [Int]
    /// Work-items of a work-group, as many dimensions; nil where the driver may choose.
    package var localSize: [Int]?

    package init(
        program: KernelProgram, function: String, arguments: [KernelArgument], globalSize: [Int],
        localSize: [Int]? = nil
    ) {
        self.program = program
        self.function = function
        self.arguments = arguments
        self.globalSize = globalSize
        self.localSize = localSize
    }
}

/// What a kernel is given for one parameter.
package enum KernelArgument {
    /// A value of the plan: a pointer to its first byte.
    case value(Plan.ValueID)
    /// A buffer that the launch maker made: constants.
    case buffer(DeviceBuffer)
    /// Memory that no one else uses while the step runs.
    case temporary(TemporaryMemory)
    /// A null pointer, where a kernel takes an optional one.
    case absent
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case float(Float)
    /// So many bytes of local memory.
    case local(Int)
}

/// Memory of a step for what passes between its launches; steps share it.
package struct TemporaryMemory: Sendable, Hashable {
    /// In the memory that all steps share.
    let offset: Int
    package let byteCount: Int
}
