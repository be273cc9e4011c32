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
        guard let x = step.input(0), x.type.isCountableInTiles, let y = step.output(0), y.type.isCountableInTiles else {
            return []
        }
        return step.planePoolArrangements
    }

    /// - Throws: `.unsupported` if a distance does not fit 32 bits; `.invalidModel` for a scale that is not finite and positive.
    func launch() throws(HoneError) -> KernelLaunch {
        guard let from = x.blocked else { preconditionFailure("a pool's operand lies blocked") }
        let to = y.blocked
        let places = to.map(ElementPlaces.init) ?? ElementPlaces(origin: 0, row: 0, group: 16, image: from.channels)
        let pixels = from.height * from.width
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id)]
        arguments += try ElementPlaces(from).arguments() + [try .int(from.width), try .int(pixels)]
        arguments += [try .int(places.origin), try .int(places.group), .int64(Int64(places.image))]
        arguments += [try .int(from.groups), try .int(to == nil ? from.channels : from.groups * 16)]
        arguments += [.float(Float(pixels)), .float(1 / Float(pixels))]
        if let quantization {
            arguments += try quantization.from.meanArguments(to: quantization.to)
            arguments.append(.int32(Int32(quantization.to.flip(isBlocked: to != nil))))
        }
        let items = PlanePool.items
        let defines = [
            "ELEMENT": quantization == nil ? "float" : "uchar", "IS_FLOAT": quantization == nil ? "1" : "0",
            "IS_MAX": isMaximum ? "1" : "0", "ITEMS": "\(items)", "PIXELS": "\(PlanePool.pixels)",
        ]
        return KernelLaunch(
            program: KernelProgram(file: "plane_pool", defines: defines), function: "plane_pool", arguments: arguments,
            globalSize: [items, from.images * from.groups], localSize: [items, 1])
    }
}
