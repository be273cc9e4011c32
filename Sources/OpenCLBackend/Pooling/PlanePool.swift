import Lowering
import Runtime
import Tensors

/// A pool over whole planes of a blocked operand, into one pixel an image: row-major or blocked. The launch of `plane_pool`.
struct PlanePool {
    let x: StepOperands.Value
    let y: StepOperands.Value
    var isMaximum = false
    /// Of input and result, where they are bytes.
    var quantization: (from: TensorQuantization, to: TensorQuantization)?

    /// Items of a work-group, and pixels that they copy at a time.
    private static let items = 256
    private static let pixels = 128

    /// What the kernel takes, where sizes are not beyond it.
    static func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), x.type.suitsKernels, let y = step.output(0), y.type.suitsKernels else { return [] }
        return step.planePoolArrangements
    }

    /// - Throws: `.unsupported` if a distance does not fit 32 bits; `.invalidModel` for a scale that is not finite and positive.
    func launch(on device: DeviceInfo) throws(HoneError) -> KernelLaunch {
        guard let from = x.blocked else { preconditionFailure("a pool's operand lies blocked") }
        let to = y.blocked
        var places = ElementDistances()
        (places.group, places.image) = (BlockedLayout.groupChannels, from.channels)
        if let to { places = ElementDistances(to) }
        let pixels = from.height * from.width
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id)]
        arguments += try ElementDistances(from).arguments() + [try .integer(from.width), try .integer(pixels)]
        arguments += [try .integer(places.origin), try .integer(places.group), .int64(Int64(places.image))]
        arguments += [try .integer(from.groups), try .integer(to == nil ? from.channels : from.groups * 16)]
        arguments += [.float(Float(pixels))]
        if let quantization {
            arguments += try quantization.from.meanArguments(to: quantization.to)
            arguments.append(.int32(Int32(quantization.to.flip(isBlocked: to != nil))))
        }
        let items = PlanePool.items
        var defines = [
            "ELEMENT": quantization == nil ? "float" : "uchar", "IS_FLOAT": quantization == nil ? "1" : "0",
            "IS_MAX": isMaximum ? "1" : "0", "ITEMS": "\(items)", "PIXELS": "\(PlanePool.pixels)",
        ]
        defines.merge(device.divisionDefines) { $1 }
        return KernelLaunch(
            program: KernelProgram(file: "plane_pool", defines: defines), function: "plane_pool", arguments: arguments,
            globalSize: [items, from.images * from.groups], localSize: [items, 1])
    }
}
