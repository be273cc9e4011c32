import Lowering
import ModelGraph
import Runtime
import Tensors

extension Resampling {
    /// Blocked and row-major operands, where only rows and columns change; none elsewhere.
    func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), let y = step.output(0), x.type.suitsKernels, y.type.suitsKernels,
            x.type.isImage, isIdentity(axes[0]), isIdentity(axes[1])
        else { return [] }
        return step.unaryArrangements
    }

    /// - Precondition: `arrangements` gave that of the operands.
    /// - Throws: `.unsupported` if a distance does not fit 32 bits; `.outOfMemory`.
    func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        let isBlocked = x.blocked != nil
        let element = ResampledElement(
            x.type.elementType, isBlocked: isBlocked, interpolates: interpolation != .nearest)
        let rows = axes.count == 4 ? ResampledAxis(taps(axes[2])) : .single
        let columns = ResampledAxis(taps(axes[axes.count - 1]))
        var defines = element.defines
        defines["LANES"] = isBlocked ? "16" : "1"
        defines["ROW_TAPS"] = "\(rows.taps)"
        defines["COLUMN_TAPS"] = "\(columns.taps)"
        let (height, width) = (rows.outputs, columns.outputs)
        let channels = x.type.shape[1]
        let groups = isBlocked ? (channels + 15) / 16 : channels
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id)]
        for axis in [rows, columns] {
            arguments += [.buffer(try maker.buffer(axis.places)), .buffer(try maker.buffer(axis.weights))]
        }
        let fill = y.blocked?.layout.haloByte ?? 0
        for value in [x, y] { arguments += try ElementDistances(value).arguments() }
        arguments += [try .integer(width), try .integer(height), try .integer(groups), try .integer(channels)]
        arguments.append(.buffer(try maker.buffer(element.fills(extrapolationValue, lanes: fill))))
        return [
            KernelLaunch(
                program: KernelProgram(file: "resize", defines: defines), function: "resize", arguments: arguments,
                globalSize: [(isBlocked ? 16 : 1) * width * height, x.type.shape[0] * groups])
        ]
    }
}

/// The taps of the outputs along one axis, as `resize` takes them.
private struct ResampledAxis {
    let outputs: Int
    /// Of each output.
    let taps: Int
    /// For each output and tap a position in the input; negative where the output lies outside of the input.
    let places: [Int32]
    let weights: [Float]

    /// The one row of a value without rows.
    static let single = ResampledAxis(outputs: 1, taps: 1, places: [0], weights: [1])

    private init(outputs: Int, taps: Int, places: [Int32], weights: [Float]) {
        (self.outputs, self.taps, self.places, self.weights) = (outputs, taps, places, weights)
    }

    init(_ table: Resampling.Taps) {
        // Positions are below the input's size, which fits.
        let places = table.positions.enumerated().map { index, position in
            table.isOutside[index / table.count] ? -1 : Int32(position)
        }
        self.init(outputs: table.isOutside.count, taps: table.count, places: places, weights: table.weights)
    }
}

extension StepOperands {
    /// Types and constants, as operators take them to infer types.
    var operands: Operands {
        Operands(types: inputs.map { $0?.type }, values: inputs.map { $0?.constant }, outputCount: outputs.count)
    }
}
