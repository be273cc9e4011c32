import COpenCL
import Tensors

/// What a device says about itself. Sizes are in bytes.
package struct DeviceInfo: Sendable, Hashable {
    /// What a device is.
    package enum Kind: String, Sendable, Comparable {
        case gpu, accelerator, cpu, other

        private var rank: Int { [Kind.gpu, .accelerator, .cpu, .other].firstIndex(of: self) ?? 0 }
        package static func < (left: Kind, right: Kind) -> Bool { left.rank < right.rank }
    }

    /// Who makes it, as far as kernels are chosen by that.
    package enum Vendor: String, Sendable {
        case nvidia, amd, intel, arm, qualcomm, apple, other
    }

    package let name: String
    package let vendorName: String
    package let vendor: Vendor
    package let kind: Kind
    package let platformName: String
    package let platformVersion: String
    package let driverVersion: String
    /// As in "OpenCL 3.0 CUDA".
    package let version: String
    /// As in "OpenCL C 1.2".
    package let languageVersion: String
    package let extensions: Set<String>
    package let computeUnits: Int
    package let clockMegahertz: Int
    package let globalMemory: Int
    package let maximumAllocation: Int
    package let globalCache: Int
    /// Of a work-group. Drivers keep a few bytes of it for themselves.
    package let localMemory: Int
    package let maximumWorkGroupSize: Int
    /// Of each dimension.
    package let maximumWorkItemSizes: [Int]
    /// To which the start of a sub-buffer must be aligned.
    package let subBufferAlignment: Int
    /// Steps of an event's clock.
    package let timerNanoseconds: Int
    package let isAvailable: Bool
    package let hasCompiler: Bool
    package let isLittleEndian: Bool
    package let sharesHostMemory: Bool
    /// What it promises for float32; probes say what holds.
    package let hasDenormals: Bool
    package let hasFusedMultiplyAdd: Bool
    package let hasCorrectlyRoundedDivide: Bool
    /// NVIDIA's number for an architecture, 90 for 9.0; nil elsewhere.
    package let computeCapability: Int?

    /// Of all that a compiled program depends on, what belongs to the device.
    package var identity: String {
        [platformName, platformVersion, name, vendorName, version, driverVersion].joined(separator: "\n")
    }

    /// Why it cannot be used; nil if nothing speaks against it.
    package var obstacle: String? {
        if !isAvailable { return "the driver says that it is not available" }
        if !hasCompiler { return "its driver has no compiler for OpenCL C" }
        if !isLittleEndian { return "it is big-endian" }
        if version.hasPrefix("OpenCL 1.0") || version.hasPrefix("OpenCL 1.1") {
            return "it offers \(version), and OpenCL 1.2 is needed"
        }
        if maximumWorkGroupSize < 64 { return "its work-groups have \(maximumWorkGroupSize) items, and 64 are needed" }
        return nil
    }
}

extension DeviceInfo {
    /// Asks the driver.
    ///
    /// - Throws: `.device` if it does not answer.
    init(_ handle: cl_device_id, platform: cl_platform_id, _ library: OpenCLLibrary) throws(HoneError) {
        func text(_ parameter: Int32) throws(HoneError) -> String { try library.deviceText(handle, parameter) }
        func number(_ parameter: Int32) throws(HoneError) -> Int {
            Int(clamping: try library.deviceValue(handle, parameter, UInt64.self))
        }
        name = try text(CL_DEVICE_NAME)
        vendorName = try text(CL_DEVICE_VENDOR)
        platformName = try library.platformText(platform, CL_PLATFORM_NAME)
        platformVersion = try library.platformText(platform, CL_PLATFORM_VERSION)
        driverVersion = try text(CL_DRIVER_VERSION)
        version = try text(CL_DEVICE_VERSION)
        languageVersion = try text(CL_DEVICE_OPENCL_C_VERSION)
        extensions = Set(try text(CL_DEVICE_EXTENSIONS).split(separator: " ").map(String.init))
        let type = try number(CL_DEVICE_TYPE)
        kind =
            type & Int(CL_DEVICE_TYPE_GPU) != 0
            ? .gpu
            : type & Int(CL_DEVICE_TYPE_CPU) != 0
                ? .cpu : type & Int(CL_DEVICE_TYPE_ACCELERATOR) != 0 ? .accelerator : .other
        vendor = Vendor(vendorName: vendorName, platformName: platformName)
        computeUnits = try number(CL_DEVICE_MAX_COMPUTE_UNITS)
        clockMegahertz = try number(CL_DEVICE_MAX_CLOCK_FREQUENCY)
        globalMemory = try number(CL_DEVICE_GLOBAL_MEM_SIZE)
        maximumAllocation = try number(CL_DEVICE_MAX_MEM_ALLOC_SIZE)
        globalCache = try number(CL_DEVICE_GLOBAL_MEM_CACHE_SIZE)
        localMemory = try number(CL_DEVICE_LOCAL_MEM_SIZE)
        maximumWorkGroupSize = try number(CL_DEVICE_MAX_WORK_GROUP_SIZE)
        maximumWorkItemSizes = try library.deviceValues(handle, CL_DEVICE_MAX_WORK_ITEM_SIZES, Int.self)
        subBufferAlignment = try number(CL_DEVICE_MEM_BASE_ADDR_ALIGN) / 8
        timerNanoseconds = try number(CL_DEVICE_PROFILING_TIMER_RESOLUTION)
        isAvailable = try number(CL_DEVICE_AVAILABLE) != 0
        hasCompiler = try number(CL_DEVICE_COMPILER_AVAILABLE) != 0
        isLittleEndian = try number(CL_DEVICE_ENDIAN_LITTLE) != 0
        sharesHostMemory = try number(CL_DEVICE_HOST_UNIFIED_MEMORY) != 0
        let floats = try number(CL_DEVICE_SINGLE_FP_CONFIG)
        hasDenormals = floats & Int(CL_FP_DENORM) != 0
        hasFusedMultiplyAdd = floats & Int(CL_FP_FMA) != 0
        hasCorrectlyRoundedDivide = floats & Int(CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0
        // cl_nv_device_attribute_query: CL_DEVICE_COMPUTE_CAPABILITY_MAJOR_NV and _MINOR_NV.
        if extensions.contains("cl_nv_device_attribute_query") {
            computeCapability = try number(0x4000) * 10 + number(0x4001)
        } else {
            computeCapability = nil
        }
    }
}

extension DeviceInfo.Vendor {
    /// PoCL names the processor's maker as vendor; what compiles the kernels counts.
    init(vendorName: String, platformName: String) {
        let text = vendorName.lowercased()
        if platformName == "Portable Computing Language" || platformName.hasPrefix("Oclgrind") {
            self = .other
        } else if text.contains("nvidia") {
            self = .nvidia
        } else if text.contains("advanced micro devices") || text == "amd" {
            self = .amd
        } else if text.contains("intel") {
            self = .intel
        } else if text.hasPrefix("arm") {
            self = .arm
        } else if text.contains("qualcomm") {
            self = .qualcomm
        } else if text.contains("apple") {
            self = .apple
        } else {
            self = .other
        }
    }
}
