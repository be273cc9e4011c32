import Lowering
import Tensors

extension ConvF32BlockProblem {
    /// The launches of `conv_f32_block_mma`, in the maker's precision.
    ///
    /// - Parameter floats: the weights: 16 for each tap and group, in list order.
    /// - Throws: `.unsupported` if a distance does not fit 32 bits; `.outOfMemory`.
    func matrixLaunches(
        weights floats: UnsafeBufferPointer<Float>, _ maker: LaunchMaker
    ) throws(HoneError) -> [KernelLaunch] {
        let tile = ConvF32MatrixTile.chosen(pixels: pixels, groups: (channels + 15) / 16, on: maker.device)
        let packed = MatrixSteps(steps, floats, maker.precision, largest: tile.groups)
        // Lists without steps read none of these; a buffer has a byte.
        let memory: [KernelArgument] = [
            .value(input.id), .value(output.id), .buffer(try maker.buffer(packed.weights + [0, 0, 0, 0])),
            .buffer(try maker.buffer(packed.quads + [0, 0])),
        ]
        let biases = try maker.buffer(paddedBias)
        var launches: [KernelLaunch] = []
        for groups in [4, 2, 1] {
            let lists = packed.lists.filter { $0.groups.count == groups }
            guard !lists.isEmpty else { continue }
            var table: [Int32] = []
            for list in lists {
                for number in [list.firstStep, list.stepCount, list.firstWeight, list.groups.lowerBound] {
                    guard let number = Int32(exactly: number) else {
                        throw HoneError(.unsupported, "weights of more blocks than a kernel counts")
                    }
                    table.append(number)
                }
            }
            let (shared, arguments) = try parameters(
                memory + [.buffer(try maker.buffer(table)), .buffer(biases)])
            let defines = [
                "PRECISION": maker.precision.kernelKind, "MMA_PTX": maker.probes.hasMatrixPTX ? "1" : "0",
                "PIXEL_TILES": "\(tile.pixelTiles)", "GROUPS": "\(groups)", "WARPS": "\(tile.warps)",
                "MASKED": packed.isMasked ? "1" : "0",
            ]
            launches.append(
                KernelLaunch(
                    program: KernelProgram(
                        file: "conv_f32_block_mma", defines: shared.merging(defines) { first, _ in first }),
                    function: "conv_f32_block_mma", arguments: arguments,
                    globalSize: [((pixels - 1) / tile.pixels + 1) * 32 * tile.warps, lists.count],
                    localSize: [32 * tile.warps, 1]))
        }
        return launches
    }
}

extension FloatPrecision {
    /// How `mma_f32.clh` calls it.
    var kernelKind: String {
        switch self {
        case .float32: "0"
        case .tf32: "1"
        case .float16: "2"
        }
    }
}
