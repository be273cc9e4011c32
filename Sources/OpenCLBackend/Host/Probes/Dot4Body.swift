/// A body of `dot4` in `Kernels/dot4.clh`: the values of its `DOT4_IMPL`. All give the same integers.
package enum Dot4Body: Int, Sendable, Codable, CaseIterable, CustomStringConvertible {
    case plainC = 0
    /// NVIDIA's instruction, as inline PTX.
    case dp4a = 1
    /// `cl_khr_integer_dot_product`, which is part of OpenCL C 3.0.
    case integerDotProduct = 2
    /// AMD, unsigned times signed (gfx11 and later).
    case sudot4 = 3
    /// AMD, signed times signed.
    case sdot4 = 4
    /// `cl_arm_integer_dot_product_accumulate_int8`.
    case arm = 5

    package var description: String {
        switch self {
        case .plainC: "C"
        case .dp4a: "dp4a"
        case .integerDotProduct: "integer dot product"
        case .sudot4: "sudot4"
        case .sdot4: "sdot4"
        case .arm: "arm_dot_acc"
        }
    }

    /// Build options that it needs.
    var options: [String] { self == .integerDotProduct ? ["-cl-std=CL3.0"] : [] }

    /// The bodies worth compiling on a device. Which of them work is found out: extension strings promise what compilers
    /// refuse.
    static func candidates(for info: DeviceInfo) -> [Dot4Body] {
        var bodies = [Dot4Body.plainC]
        switch info.vendor {
        case .nvidia: bodies.append(.dp4a)
        case .amd: bodies += [.sudot4, .sdot4]
        default: break
        }
        if info.extensions.contains("cl_khr_integer_dot_product") { bodies.append(.integerDotProduct) }
        if info.extensions.contains("cl_arm_integer_dot_product_accumulate_int8") { bodies.append(.arm) }
        return bodies
    }
}
