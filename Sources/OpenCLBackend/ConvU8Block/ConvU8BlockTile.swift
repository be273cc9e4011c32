/// A core of `conv_u8_block` with its tunables: how many pixels and outputs a work-item, a warp and a work-group have.
enum ConvU8BlockTile: KernelTile {
    /// Any device: pixels and outputs of a work-item, work-items of a work-group.
    case dot4(pixels: Int, outputs: Int, groupSize: Int)
    /// Matrix units, operands straight from global memory: tiles of 16 of a warp, warps of a work-group.
    case matrix(pixelTiles: Int, outputTiles: Int, warps: Int, prefetches: Bool)
    /// Matrix units, operands through local memory: tiles of 16 of a warp, warps of a work-group, steps on their way.
    case staged(pixelTiles: Int, outputTiles: Int, pixelWarps: Int, outputWarps: Int, stages: Int)

    /// What runs instead of the tile that would be chosen: for tests and for tuning.
    @TaskLocal static var forced: ConvU8BlockTile?

    var name: String {
        switch self {
        case .dot4(let pixels, let outputs, let groupSize): "dot4 \(pixels)x\(outputs), \(groupSize) items"
        case .matrix(let pixelTiles, let outputTiles, let warps, let prefetches):
            "mma \(pixelTiles * 16)x\(outputTiles * 16), \(warps) warps\(prefetches ? "" : ", no prefetch")"
        case .staged(let pixelTiles, let outputTiles, let pixelWarps, let outputWarps, let stages):
            "staged \(pixelTiles * 16)x\(outputTiles * 16), \(pixelWarps)x\(outputWarps) warps, \(stages) stages"
        }
    }

    /// The kernel's file and function.
    var file: String {
        switch self {
        case .dot4: "conv_u8_block"
        case .matrix: "conv_u8_block_mma"
        case .staged: "conv_u8_block_mma_staged"
        }
    }

    /// The kernel's tunables.
    var defines: [String: String] {
        let values: [String: Int] =
            switch self {
            case .dot4(let pixels, let outputs, let groupSize):
                ["PIXELS": pixels, "OUTPUTS": outputs, "GROUP_SIZE": groupSize]
            case .matrix(let pixelTiles, let outputTiles, let warps, let prefetches):
                [
                    "PIXEL_TILES": pixelTiles, "OUTPUT_TILES": outputTiles, "WARPS": warps,
                    "PREFETCH": prefetches ? 1 : 0,
                ]
            case .staged(let pixelTiles, let outputTiles, let pixelWarps, let outputWarps, let stages):
                [
                    "PIXEL_TILES": pixelTiles, "OUTPUT_TILES": outputTiles, "PIXEL_WARPS": pixelWarps,
                    "OUTPUT_WARPS": outputWarps, "STAGES": stages,
                ]
            }
        return values.mapValues { "\($0)" }
    }

    /// Whether it is a matrix core.
    var usesMatrixUnits: Bool { if case .dot4 = self { false } else { true } }

    /// Whether steps are runs of 16 inputs.
    var isStaged: Bool { if case .staged = self { true } else { false } }

    /// Work-items of a work-group.
    var items: Int {
        switch self {
        case .dot4(_, _, let groupSize): groupSize
        case .matrix(_, _, let warps, _): 32 * warps
        case .staged(_, _, let pixelWarps, let outputWarps, _): 32 * pixelWarps * outputWarps
        }
    }

    /// Pixels of a work-group.
    var pixels: Int {
        switch self {
        case .dot4(let pixels, let outputs, let groupSize): groupSize * outputs / 16 * pixels
        case .matrix(let pixelTiles, _, let warps, _): 16 * pixelTiles * warps
        case .staged(let pixelTiles, _, let pixelWarps, _, _): 16 * pixelTiles * pixelWarps
        }
    }

    /// Groups of 16 outputs that share a list.
    var groupsPerList: Int {
        switch self {
        case .dot4: 1
        case .matrix(_, let outputTiles, _, _): outputTiles
        case .staged(_, let outputTiles, _, let outputWarps, _): outputTiles * outputWarps
        }
    }

    /// Bytes of local memory.
    ///
    /// - Parameter isPortable: whether the matrix instruction is the form that exchanges its operands through local memory.
    func localBytes(isPortable: Bool) -> Int {
        let exchanged = isPortable ? items / 32 * 1536 : 0
        switch self {
        case .dot4: return 0
        case .matrix: return exchanged
        case .staged(_, _, _, _, let stages): return stages * (pixels / 16 + groupsPerList) * 512 + exchanged
        }
    }
}
