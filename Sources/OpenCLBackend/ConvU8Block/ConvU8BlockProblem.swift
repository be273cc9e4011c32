import Lowering
import Tensors

/// A convolution or a product as the cores of `conv_u8_block` see it, apart from weights. Distances are in elements.
struct ConvU8BlockProblem {
    /// What is stored for each int32 sum.
    enum Result {
        /// `rint(clamp(float(sum) * multiplier, low, high)) + zeroPoint`, the low byte of it.
        case bytes(low: Float, high: Float, zeroPoint: Int32)
        case sums
        /// `float(sum) * multiplier`.
        case real
    }

    /// How the outputs of a pixel lie.
    enum Store: Int {
        /// Groups of 16 neighbours, all of them written.
        case lanes = 0
        /// Neighbours, in number a multiple of 4.
        case quads = 1
        /// Any distance from one to the next.
        case elements = 2
    }

    /// Where the pixels of the problem lie in an operand: `image`, `row` and `pixel` from one to the next.
    struct Places {
        var origin: Int
        var image: Int
        var row: Int
        var pixel: Int
        /// From a group of 16 channels to the next, and from a channel to the next.
        var group = 16
        var channel = 1
    }

    /// A residual addition.
    struct Addition {
        var parameters: QuantizedAddition.Parameters
        var other: KernelArgument
        /// In groups of 16 bytes a pixel.
        var places: Places
    }

    /// A zero point of the input that another step computes.
    struct RowZeroPoint {
        var value: KernelArgument
        /// Of an int8 zero point, whose rows were flipped to uint8.
        var isSigned: Bool
        /// For each output its weights less their zero points, added.
        var sums: [Int32]
    }

    var images: Int
    var rows: Int
    var columns: Int
    var input: KernelArgument
    /// From an output pixel's tap (0, 0) to the next pixel's; groups and channels are in the blocks' offsets.
    var inputPlaces: Places
    var output: KernelArgument
    var outputPlaces: Places
    var outputs: Int
    /// For each output: what its sum starts from, and what multiplies it; empty with `.sums`.
    var starts: [Int32]
    var multipliers: [Float]
    var result: Result
    var store: Store
    var addition: Addition? = nil
    var rowZeroPoint: RowZeroPoint? = nil

    /// Output pixels.
    var pixels: Int { images * rows * columns }
    /// Groups of 16 outputs.
    var groups: Int { (outputs + 15) / 16 }
}

extension ConvU8BlockProblem {
    /// Whether the kernels' 32-bit distances reach all pixels of a tile.
    func hasShortDistances(_ tile: ConvU8BlockTile) -> Bool {
        // A tile's pixels lie in this many images at most, whose distances are added in 32 bits.
        let span = min(images - 1, (tile.pixels - 1) / (rows * columns) + 1)
        let (reach, overflow) = span.multipliedReportingOverflow(by: inputPlaces.image)
        return !overflow && reach + rows * inputPlaces.row + columns * inputPlaces.pixel < 1 << 30 && pixels <= 1 << 30
    }

    /// The launch of a core.
    ///
    /// - Parameters:
    ///   - tile: the core and its tunables, for which the blocks were packed.
    /// - Throws: `.unsupported` where a distance does not fit the kernels' integers; `.outOfMemory`.
    func launch(_ tile: ConvU8BlockTile, _ packed: PackedBlocks, _ maker: LaunchMaker) throws(HoneError) -> KernelLaunch
    {
        let plane = rows * columns
        guard hasShortDistances(tile) else {
            throw HoneError(.unsupported, "images too large, or too many, for 32-bit distances")
        }
        let (planeDivision, widthDivision) = (FixedDivision(by: try fit(plane)), FixedDivision(by: try fit(columns)))
        let lanes = groups * 16
        var arguments: [KernelArgument] = [
            input, .buffer(try maker.buffer(packed.blocks)), .buffer(try maker.buffer(packed.offsets)),
            .buffer(try maker.buffer(packed.lists)), .buffer(try maker.buffer(padded(starts, lanes, 0))),
            .buffer(try maker.buffer(padded(multipliers, lanes, 0))), output,
            .int32(try fit(pixels)), .int32(try fit(plane)),
            .uint32(planeDivision.factor), .uint32(planeDivision.shift),
            .int32(try fit(columns)), .uint32(widthDivision.factor), .uint32(widthDivision.shift),
            .int64(Int64(inputPlaces.image)), .int32(try fit(inputPlaces.origin)),
            .int32(try fit(inputPlaces.row)), .int32(try fit(inputPlaces.pixel)),
            .int64(Int64(outputPlaces.image)), .int32(try fit(outputPlaces.origin)),
            .int32(try fit(outputPlaces.group)), .int32(try fit(outputPlaces.row)),
            .int32(try fit(outputPlaces.pixel)), .int32(try fit(outputPlaces.channel)), .int32(try fit(outputs)),
        ]
        var defines = tile.defines
        if tile.usesMatrixUnits { defines["MMA_PTX"] = ConvU8BlockDevice.hasMatrixPTX(maker) ? "1" : "0" }
        defines["STORE"] = "\(store.rawValue)"
        switch result {
        case .bytes(let low, let high, let zeroPoint):
            arguments += [.float(low), .float(high), .int32(zeroPoint)]
            defines["RESULT"] = "0"
        case .sums, .real:
            arguments += [.float(0), .float(0), .int32(0)]
            if case .sums = result { defines["RESULT"] = "1" } else { defines["RESULT"] = "2" }
        }
        if let addition {
            defines["ADDITION"] = addition.parameters.factors == nil ? "2" : "1"
            arguments += try addition.arguments()
        }
        if let rowZeroPoint {
            defines["ROW_ZERO_POINT"] = "1"
            arguments += [
                rowZeroPoint.value, .int32(rowZeroPoint.isSigned ? 128 : 0),
                .buffer(try maker.buffer(padded(rowZeroPoint.sums, lanes, 0))),
            ]
        }
        return KernelLaunch(
            program: KernelProgram(file: tile.file, defines: defines), function: tile.file, arguments: arguments,
            globalSize: [(pixels + tile.pixels - 1) / tile.pixels * tile.items, packed.listCount],
            localSize: [tile.items, 1])
    }

    private func padded<Element>(_ elements: [Element], _ count: Int, _ zero: Element) -> [Element] {
        elements.prefix(count) + [Element](repeating: zero, count: max(count - elements.count, 0))
    }
}

extension ConvU8BlockProblem.Addition {
    /// The kernel's parameters, in its order.
    fileprivate func arguments() throws(HoneError) -> [KernelArgument] {
        let factors = parameters.factors
        return [
            other, .int64(Int64(places.image)), .int32(try fit(places.origin)), .int32(try fit(places.group)),
            .int32(try fit(places.row)),
            .float(factors?.convolution ?? parameters.convolutionScale),
            .float(factors?.other ?? parameters.otherScale), .float(factors?.offset ?? parameters.otherZeroPoint),
            .float(parameters.scale), .float(1 / parameters.scale),
            .float(parameters.low), .float(parameters.high), .int32(parameters.zeroPoint),
        ]
    }
}

/// A number of a kernel's 32-bit integers.
///
/// - Throws: `.unsupported` where it does not fit.
private func fit(_ value: Int) throws(HoneError) -> Int32 {
    guard let fitting = Int32(exactly: value) else {
        throw HoneError(.unsupported, "a distance of \(value) elements does not fit the kernel's 32-bit integers")
    }
    return fitting
}
