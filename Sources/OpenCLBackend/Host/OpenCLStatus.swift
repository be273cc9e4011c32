import COpenCL
import Tensors

/// The names of OpenCL's status values.
enum OpenCLStatus {
    /// The name as in the standard; the number where it has none.
    static func name(_ status: cl_int) -> String { names[status] ?? "status \(status)" }

    /// OpenCL 1.2, and what loaders and NVIDIA's driver add.
    private static let names: [cl_int: String] = [
        0: "CL_SUCCESS", -1: "CL_DEVICE_NOT_FOUND", -2: "CL_DEVICE_NOT_AVAILABLE", -3: "CL_COMPILER_NOT_AVAILABLE",
        -4: "CL_MEM_OBJECT_ALLOCATION_FAILURE", -5: "CL_OUT_OF_RESOURCES", -6: "CL_OUT_OF_HOST_MEMORY",
        -7: "CL_PROFILING_INFO_NOT_AVAILABLE", -8: "CL_MEM_COPY_OVERLAP", -9: "CL_IMAGE_FORMAT_MISMATCH",
        -10: "CL_IMAGE_FORMAT_NOT_SUPPORTED", -11: "CL_BUILD_PROGRAM_FAILURE", -12: "CL_MAP_FAILURE",
        -13: "CL_MISALIGNED_SUB_BUFFER_OFFSET", -14: "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
        -15: "CL_COMPILE_PROGRAM_FAILURE", -16: "CL_LINKER_NOT_AVAILABLE", -17: "CL_LINK_PROGRAM_FAILURE",
        -18: "CL_DEVICE_PARTITION_FAILED", -19: "CL_KERNEL_ARG_INFO_NOT_AVAILABLE", -30: "CL_INVALID_VALUE",
        -31: "CL_INVALID_DEVICE_TYPE", -32: "CL_INVALID_PLATFORM", -33: "CL_INVALID_DEVICE",
        -34: "CL_INVALID_CONTEXT", -35: "CL_INVALID_QUEUE_PROPERTIES", -36: "CL_INVALID_COMMAND_QUEUE",
        -37: "CL_INVALID_HOST_PTR", -38: "CL_INVALID_MEM_OBJECT", -39: "CL_INVALID_IMAGE_FORMAT_DESCRIPTOR",
        -40: "CL_INVALID_IMAGE_SIZE", -41: "CL_INVALID_SAMPLER", -42: "CL_INVALID_BINARY",
        -43: "CL_INVALID_BUILD_OPTIONS", -44: "CL_INVALID_PROGRAM", -45: "CL_INVALID_PROGRAM_EXECUTABLE",
        -46: "CL_INVALID_KERNEL_NAME", -47: "CL_INVALID_KERNEL_DEFINITION", -48: "CL_INVALID_KERNEL",
        -49: "CL_INVALID_ARG_INDEX", -50: "CL_INVALID_ARG_VALUE", -51: "CL_INVALID_ARG_SIZE",
        -52: "CL_INVALID_KERNEL_ARGS", -53: "CL_INVALID_WORK_DIMENSION", -54: "CL_INVALID_WORK_GROUP_SIZE",
        -55: "CL_INVALID_WORK_ITEM_SIZE", -56: "CL_INVALID_GLOBAL_OFFSET", -57: "CL_INVALID_EVENT_WAIT_LIST",
        -58: "CL_INVALID_EVENT", -59: "CL_INVALID_OPERATION", -61: "CL_INVALID_BUFFER_SIZE",
        -63: "CL_INVALID_GLOBAL_WORK_SIZE", -64: "CL_INVALID_PROPERTY", -66: "CL_INVALID_COMPILER_OPTIONS",
        -67: "CL_INVALID_LINKER_OPTIONS", -1001: "CL_PLATFORM_NOT_FOUND_KHR",
        -9999: "NVIDIA's status for an illegal access by a kernel",
    ]
}

extension HoneError {
    /// What a failed OpenCL call means.
    ///
    /// - Parameters:
    ///   - call: the function's name.
    ///   - subject: what it was about: a kernel, a size.
    /// - Returns: `.outOfMemory`, `.deviceLost`, or `.device` for anything else.
    static func openCL(_ call: String, _ status: cl_int, _ subject: String = "") -> HoneError {
        let message = "\(call)\(subject.isEmpty ? "" : " (\(subject))"): \(OpenCLStatus.name(status))"
        switch (status, call) {
        case (CL_MEM_OBJECT_ALLOCATION_FAILURE, _), (CL_OUT_OF_HOST_MEMORY, _), (CL_INVALID_BUFFER_SIZE, _),
            (CL_OUT_OF_RESOURCES, "clCreateBuffer"), (CL_OUT_OF_RESOURCES, "clCreateSubBuffer"):
            return HoneError(.outOfMemory, message, remedy: "run smaller batches, or use a device with more memory")
        case (CL_OUT_OF_RESOURCES, "clEnqueueNDRangeKernel"):
            return HoneError(
                .device, message, remedy: "a work-group of this kernel needs more than the device has; another may do")
        // A kernel that fails is noticed by whatever waits for it; from then on the queue is invalid.
        case (CL_DEVICE_NOT_AVAILABLE, _), (CL_INVALID_COMMAND_QUEUE, _), (CL_OUT_OF_RESOURCES, _), (-9999, _),
            (CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, _):
            return HoneError(
                .deviceLost, message,
                remedy: "the device stopped, or was stopped by its driver: look at the system's log, and start again")
        default:
            return HoneError(.device, message, remedy: "'hone devices' shows what this device can do")
        }
    }
}
