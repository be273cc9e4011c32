import Lowering
import Runtime
import Tensors

extension QuantizedConvolution {
    /// Groups of 16 channels: pixels of fewer bytes would put four inputs at addresses that are no multiple of 4. None where a
    /// kernel's addition would not be exact.
    var deviceArrangements: [Arrangement] {
        // What is wrong with constants is said when launches are made.
        if let addition, let constants = try? constants(),
            let parameters = try? addition.parameters(low: constants.low, high: constants.high),
            !parameters.isExact(low: constants.low, high: constants.high)
        {
            return []
        }
        return arrangements.filter { arrangement in
            if case .blocked = arrangement.inputs[0] { true } else { false }
        }
    }

    /// The launches of the kernel that suits the convolution, weights packed.
    ///
    /// - Throws: `.invalidModel` for a scale that is not finite and positive; `.unsupported` for distances beyond 32 bits.
    func launches(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        if let own = try depthwiseLaunches(maker) { return own }
        return try blockLaunches(maker)
    }

    /// The launch of a core of `conv_u8_block`.
    ///
    /// - Throws: `.invalidModel` for a scale that is not finite and positive; `.unsupported` for distances beyond 32 bits.
    func blockLaunches(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let constants = try constants()
        guard let inputShape = input.blocked, let outputShape = output.blocked else {
            preconditionFailure("a convolution's operands are not blocked")
        }
        let window = ConvolutionWindow(window)
        let lists = try lists(constants, input: inputShape.layout)
        var problem = ConvU8BlockProblem(
            images: outputShape.images, rows: outputShape.height, columns: outputShape.width,
            input: .value(input.id), inputPlaces: .input(inputShape, window),
            output: .value(output.id), outputPlaces: .blocked(outputShape), outputs: outputShape.channels,
            starts: constants.starts(lists.sums), multipliers: constants.multipliers,
            result: .bytes(low: constants.low, high: constants.high, zeroPoint: constants.zeroPoint), store: .lanes)
        if let addition {
            guard let otherShape = addition.other.blocked else { preconditionFailure("an addend is not blocked") }
            problem.addition = .init(
                parameters: try addition.parameters(low: constants.low, high: constants.high),
                other: .value(addition.other.id), places: .blocked(otherShape))
        }
        let kept = KeptBlocks(lists, offsets: try lists.offsets(in: inputShape, dilations: window.dilations))
        return [try problem.launch(kept, isAligned: true, maker)]
    }
}

extension ConvU8BlockProblem {
    /// The launch of the core and tile that suit the device.
    func launch(_ kept: KeptBlocks, isAligned: Bool, _ maker: LaunchMaker) throws(HoneError) -> KernelLaunch {
        if let forced = ConvU8BlockTile.forced {
            return try launch(kept, forced, maker)
        }
        let device = try ConvU8BlockDevice(maker)
        let tile = maker.tiles.tile(
            for: tileProblem(kept, device.cores),
            preset: ConvU8BlockTile.chosen(for: kept, on: device, pixels: pixels, isAligned: isAligned),
            among: ConvU8BlockTile.candidates(for: self, on: device, isAligned: isAligned))
        return try launch(kept, tile, maker)
    }

    private func launch(
        _ kept: KeptBlocks, _ tile: ConvU8BlockTile, _ maker: LaunchMaker
    ) throws(HoneError) -> KernelLaunch {
        let packed = PackedBlocks(kept, for: tile)
        maker.note(kept.density, byteCount: packed.byteCount)
        return try launch(tile, packed, maker)
    }
}

extension ConvU8BlockProblem.Places {
    /// Of a convolution's input: where tap (0, 0) of output pixels lies.
    static func input(_ shape: BlockedShape, _ window: ConvolutionWindow) -> Self {
        Self(
            origin: shape.originBytes - window.pads.row * shape.rowBytes - window.pads.column * shape.pixelBytes,
            image: shape.imageBytes, row: window.strides.row * shape.rowBytes,
            pixel: window.strides.column * shape.pixelBytes)
    }

    /// Of a value of bytes in groups of 16 channels.
    static func blocked(_ shape: BlockedShape) -> Self {
        Self(
            origin: shape.originBytes, image: shape.imageBytes, row: shape.rowBytes, pixel: shape.pixelBytes,
            group: shape.groupBytes)
    }
}
