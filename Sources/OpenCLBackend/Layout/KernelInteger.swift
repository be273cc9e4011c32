import Lowering
import Tensors

extension KernelArgument {
    /// A distance or a count, in elements.
    ///
    /// - Throws: `.unsupported` where it does not fit a kernel's 32-bit integer.
    static func integer(_ value: Int) throws(HoneError) -> KernelArgument {
        guard let integer = Int32(exactly: value) else {
            throw HoneError(
                .unsupported, "\(value) elements are more than a kernel counts", remedy: "use '--device cpu'")
        }
        return .int32(integer)
    }
}

extension TensorType {
    /// Whether kernels can number its elements with 32 bits, also in groups of 16 channels.
    var isCountable: Bool {
        guard elementCount <= Int(Int32.max) else { return false }
        guard isImage, elementCount > 0 else { return true }
        let padded = (shape[1] + 15) / 16 * 16
        return elementCount / shape[1] <= Int(Int32.max) / padded
    }
}

extension StepOperands {
    /// Whether kernels can number the elements of every operand.
    var isCountable: Bool { (inputs + outputs).allSatisfy { $0?.type.isCountable ?? true } }
}
