import Lowering
import ModelGraph
import Runtime
import Tensors

/// A pool over windows of blocked operands: the launch of `max_pool` or `average_pool`.
struct WindowPool {
    let x: StepOperands.Value
    let y: StepOperands.Value
    let window: SlidingWindow
    /// Whether an average divides by the taps in the padding too.
    var countsPadding = false

    /// Blocked operands; none where indices or sizes are beyond the kernels.
    static func arrangements(_ step: StepOperands, window: SlidingWindow?) -> [Arrangement] {
        guard let x = step.input(0), let y = step.output(0), x.type.isImage, x.type.suitsKernels, y.type.suitsKernels,
            let window, window.kernel.reduce(1.0, { $0 * Double($1) }) < 0x1p31
        else { return [] }
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])]
    }

    /// - Throws: `.unsupported` if a window lies wholly in the padding, or a distance does not fit 32 bits.
    func maximum(_ maker: LaunchMaker) throws(HoneError) -> KernelLaunch {
        let isFloat = x.type.elementType == .float32
        let channels = isFloat ? 4 : 16
        let (rows, columns) = try spans()
        return try launch(
            "max_pool", isFloat: isFloat, channels: channels,
            [.buffer(try maker.buffer(table(rows))), .buffer(try maker.buffer(table(columns)))])
    }

    /// - Parameter quantization: of input and result, where they are bytes.
    /// - Throws: as `maximum`; `.invalidModel` for a scale that is not finite and positive.
    func average(
        _ maker: LaunchMaker, quantization: (from: TensorQuantization, to: TensorQuantization)? = nil
    ) throws(HoneError) -> KernelLaunch {
        let (rows, columns) = try spans()
        var launch = try launch(
            "average_pool", isFloat: quantization == nil, channels: 4,
            [
                .buffer(try maker.buffer(table(rows))), .buffer(try maker.buffer(table(columns))),
            ])
        launch.program.defines.merge(maker.device.divisionDefines) { $1 }
        if let quantization { launch.arguments += try quantization.from.meanArguments(to: quantization.to) }
        return launch
    }

    private func spans() throws(HoneError) -> (rows: [PoolSpan], columns: [PoolSpan]) {
        let last = window.input.count - 1
        let columns = try PoolSpan.along(last, of: window, countsPadding: countsPadding)
        guard last > 0 else { return ([], columns) }
        return (try PoolSpan.along(0, of: window, countsPadding: countsPadding), columns)
    }

    /// Four numbers an output; over one dimension there is one row.
    private func table(_ spans: [PoolSpan]) -> [Int32] {
        // Coordinates and counts are below the image's size, or the kernel's.
        spans.isEmpty
            ? [0, 1, 1, 0] : spans.flatMap { [Int32($0.first), Int32($0.taps), Int32($0.divisor), 0] }
    }

    private func launch(
        _ name: String, isFloat: Bool, channels: Int, _ tables: [KernelArgument]
    ) throws(HoneError) -> KernelLaunch {
        guard let from = x.blocked, let to = y.blocked else { preconditionFailure("a pool's operands lie blocked") }
        let places = (from: ElementDistances(from), to: ElementDistances(to))
        let last = window.input.count - 1
        let rowDilation = last == 0 ? 1 : window.dilations[0]
        // Where a window has one tap, the distance to the next one counts for nothing, and may be of any size.
        let tapRow =
            last == 0 || window.kernel[0] == 1
            ? 0
            : rowDilation.multipliedReportingOverflow(by: places.from.row)
                .partialValue
        let tapColumn = window.kernel[last] == 1 ? 0 : window.dilations[last] * BlockedLayout.groupChannels
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id)] + tables
        arguments += try places.from.arguments() + [try .integer(tapRow), try .integer(tapColumn)]
        arguments += try places.to.arguments()
        arguments += [try .integer(to.width), try .integer(to.height), try .integer(to.groups)]
        return KernelLaunch(
            program: KernelProgram(
                file: name, defines: ["ELEMENT": isFloat ? "float" : "uchar", "IS_FLOAT": isFloat ? "1" : "0"]),
            function: name, arguments: arguments,
            globalSize: [
                to.width * to.height * (BlockedLayout.groupChannels / channels), to.images * to.groups,
            ])
    }
}

extension TensorQuantization {
    /// How kernels that take means of bytes read one and store one: zero point and scale, then those of the result, with the
    /// reciprocal of its scale, its bounds less its zero point, and the zero point.
    ///
    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    func meanArguments(to result: TensorQuantization) throws(HoneError) -> [KernelArgument] {
        let (from, to) = (try checked(), try result.checked())
        let bounds = to.bounds()
        return [
            .float(Float(from.storedZeroPoint)), .float(from.scale), .float(to.scale), .float(1 / to.scale),
            .float(bounds.low), .float(bounds.high), .int32(to.storedZeroPoint),
        ]
    }
}
