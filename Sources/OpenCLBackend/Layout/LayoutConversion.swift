import Lowering
import Runtime
import Tensors

/// Copies of a value of 8-bit or 32-bit elements, `[N, C, H, W]` or `[N, C, W]`, into another layout.
package enum LayoutConversion {
    /// The launches that copy `from` into `to`, lanes past the last channel included and without the halo. An int8's top bit
    /// is flipped on the way between blocked and row-major.
    ///
    /// - Parameters:
    ///   - from: the value as it lies.
    ///   - to: the same type in the layout to make.
    /// - Precondition: the types are equal, and one of the layouts is blocked.
    /// - Throws: `.unsupported` for a value whose elements a kernel cannot count.
    package static func launches(
        from: StepOperands.Value, to: StepOperands.Value, _ maker: LaunchMaker
    ) throws(HoneError) -> [KernelLaunch] {
        precondition(from.type == to.type)
        return [try launch(.copy, from: from, to: to)]
    }

    /// What becomes of an element on the way.
    enum Change {
        /// Its bits stay, but for an int8's top bit.
        case copy
        /// A float becomes a byte.
        case quantize(TensorQuantization)
        /// A byte becomes a float.
        case dequantize(TensorQuantization)
    }

    /// One launch from a layout into another, or into the same with another halo.
    ///
    /// - Precondition: the shapes are equal, and one of the layouts is blocked.
    static func launch(
        _ change: Change, from: StepOperands.Value, to: StepOperands.Value
    ) throws(HoneError) -> KernelLaunch {
        precondition(from.type.shape == to.type.shape)
        guard let shape = to.blocked ?? from.blocked else { preconditionFailure("\(from.type) is blocked nowhere") }
        let (source, target) = (Form(from), Form(to))
        // 16 bytes of the target, or of the source where the target has runs of its own.
        let isWide = to.type.elementType.byteCount == 1 && (from.type.elementType.byteCount == 1 || source == .rowMajor)
        let lanes = isWide ? 16 : 4
        let isGrouped = source == .blocked || target == .blocked
        let width = BlockedLayout.groupChannels
        let groups = (shape.channels + (isGrouped ? width : lanes) - 1) / (isGrouped ? width : lanes)
        let pixels = shape.height * shape.width
        let count = shape.images * groups * pixels * (isGrouped ? width / lanes : 1)
        var defines = ["FROM": source.name, "TO": target.name, "LANES": "\(lanes)"]
        var flip: UInt8 = 0
        var conversion: [KernelArgument] = []
        switch change {
        case .copy:
            let element = from.type.elementType.byteCount == 1 ? "uchar" : "uint"
            (defines["SOURCE"], defines["TARGET"]) = (element, element)
            if from.type.elementType == .int8, (source == .rowMajor) != (target == .rowMajor) { flip = 0x80 }
        case .quantize(let quantization):
            (defines["CONVERT"], defines["SOURCE"], defines["TARGET"]) = ("QUANTIZE", "float", "uchar")
            flip = quantization.flip(isBlocked: target != .rowMajor)
            let bounds = quantization.bounds()
            conversion = [
                .float(quantization.scale), .float(1 / quantization.scale), .float(bounds.low), .float(bounds.high),
                .int32(quantization.storedZeroPoint),
            ]
        case .dequantize(let quantization):
            (defines["CONVERT"], defines["SOURCE"], defines["TARGET"]) = ("DEQUANTIZE", "uchar", "float")
            flip = quantization.flip(isBlocked: source != .rowMajor)
            conversion = [
                .float(quantization.scale), .float(0), .float(Float(quantization.storedZeroPoint)), .float(0),
                .int32(0),
            ]
        }
        var arguments: [KernelArgument] = [.value(from.id), .value(to.id)]
        arguments += try ElementDistances(from).arguments()
        arguments += try ElementDistances(to).arguments()
        arguments += [
            try .integer(count), try .integer(shape.channels), try .integer(groups), try .integer(pixels),
            try .integer(shape.width), .int32(Int32(to.blocked?.layout.haloByte ?? 0)), .int32(Int32(flip)),
        ]
        return KernelLaunch(
            program: KernelProgram(file: "layout", defines: defines), function: "layout",
            arguments: arguments + conversion, globalSize: [count])
    }

    /// How a value lies, as the kernel names it.
    private enum Form {
        case rowMajor
        case blocked
        case packedPixels

        init(_ value: StepOperands.Value) {
            guard let shape = value.blocked else {
                self = .rowMajor
                return
            }
            self = shape.layout.channelsPerPixel == BlockedLayout.groupChannels ? .blocked : .packedPixels
        }

        var name: String {
            switch self {
            case .rowMajor: "ROW_MAJOR"
            case .blocked: "BLOCKED"
            case .packedPixels: "PACKED_PIXELS"
            }
        }
    }
}
