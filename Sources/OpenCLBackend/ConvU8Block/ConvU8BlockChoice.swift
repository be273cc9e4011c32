import Foundation
import Tensors

/// Which cores of `conv_u8_block` a device runs.
enum ConvU8BlockCores: String, Sendable {
    /// The core for any device.
    case dot4
    /// The matrix cores.
    case matrix = "mma"

    /// The environment variable that overrides the choice.
    static let variable = "HONE_OPENCL_CORE"

    /// What overrides both: for tests.
    @TaskLocal static var forced: ConvU8BlockCores?

    /// Whether somebody asked for one.
    static var isAskedFor: Bool {
        forced != nil || !(ProcessInfo.processInfo.environment[variable] ?? "").isEmpty
    }

    /// What the variable asks for, or matrix cores where the device has matrix units that Hone drives.
    ///
    /// - Throws: `.invalidOption` for another word.
    static func chosen(hasMatrixUnits: Bool) throws(HoneError) -> ConvU8BlockCores {
        if let forced { return forced }
        guard let word = ProcessInfo.processInfo.environment[variable], !word.isEmpty else {
            return hasMatrixUnits ? .matrix : .dot4
        }
        guard let cores = ConvU8BlockCores(rawValue: word) else {
            throw HoneError(.invalidOption, "\(variable) is '\(word)'; cores are dot4, mma")
        }
        return cores
    }
}

/// What a choice of core and tile depends on beside the weights.
struct ConvU8BlockDevice {
    var cores: ConvU8BlockCores
    /// Whether the matrix instruction is the portable form.
    var isPortable: Bool
    var isProcessor: Bool
    var computeUnits: Int
    /// Bytes that a work-group may use.
    var localMemory: Int
    /// Items that a work-group may have.
    var maximumItems = 1024
    /// Whether tuning may choose the core for any device beside matrix cores: nobody asked for one of them.
    var mayMixCores = false
}

extension ConvU8BlockDevice {
    /// - Throws: `.invalidOption` where the environment names no core.
    init(_ maker: LaunchMaker) throws(HoneError) {
        let info = maker.device
        let hasMatrixPTX = ConvU8BlockDevice.hasMatrixPTX(maker)
        self.init(
            cores: try ConvU8BlockCores.chosen(hasMatrixUnits: hasMatrixPTX), isPortable: !hasMatrixPTX,
            isProcessor: info.kind == .cpu, computeUnits: info.computeUnits, localMemory: info.localMemory,
            maximumItems: info.largestLine, mayMixCores: hasMatrixPTX && !ConvU8BlockCores.isAskedFor)
    }

    /// Whether a probe found that the matrix instructions work as inline PTX.
    static func hasMatrixPTX(_ maker: LaunchMaker) -> Bool { maker.probes.hasMatrixPTX }
}

extension ConvU8BlockTile {
    /// The core and the tile that promise the least time.
    ///
    /// - Parameters:
    ///   - pixels: output pixels of all images.
    ///   - isAligned: whether each 16 inputs of a pixel start at a multiple of 16 bytes, as the staged core needs.
    static func chosen(
        for kept: KeptBlocks, on device: ConvU8BlockDevice, pixels: Int, isAligned: Bool
    ) -> ConvU8BlockTile {
        let groups = kept.groups.count
        /// The largest tile that gives each unit so many work-items.
        func largest(_ tiles: [ConvU8BlockTile], items: Int) -> ConvU8BlockTile? {
            tiles.first { tile in
                let lists = (groups + tile.groupsPerList - 1) / tile.groupsPerList
                return (pixels + tile.pixels - 1) / tile.pixels * lists * tile.items >= device.computeUnits * items
            } ?? tiles.last
        }
        if device.cores == .dot4 {
            if device.isProcessor { return ConvU8BlockPresets.dot4Processor }
            return largest(ConvU8BlockPresets.dot4, items: 512) ?? ConvU8BlockPresets.dot4Processor
        }
        let costs = ConvU8BlockPresets.stepCosts
        // Drivers keep a few bytes of local memory for themselves.
        let staged = ConvU8BlockPresets.staged.filter {
            isAligned && $0.localBytes(isPortable: device.isPortable) < device.localMemory - 64
        }
        let narrow = staged.filter { $0.groupsPerList <= groups }
        var best: (tile: ConvU8BlockTile, cost: Double)?
        for (tiles, items, cost) in [
            (narrow.isEmpty ? staged.suffix(1) : narrow, 128, costs.staged),
            (ConvU8BlockPresets.matrix, 256, costs.matrix),
            (groups > 1 ? ConvU8BlockPresets.matrixPairs : [], 256, costs.matrixPairs),
        ] {
            guard let tile = largest(Array(tiles), items: items) else { continue }
            let words = PackedBlocks.wordCount(
                matrix: kept, groupsPerList: tile.groupsPerList, inChunks: tile.isStaged)
            let total = Double(words) * cost
            if best.map({ total < $0.cost }) ?? true { best = (tile, total) }
        }
        return best?.tile ?? ConvU8BlockPresets.dot4Processor
    }
}

extension PackedBlocks {
    /// Packs for a core.
    init(_ kept: KeptBlocks, for tile: ConvU8BlockTile) {
        switch tile {
        case .dot4: self.init(dot4: kept)
        case .matrix, .staged:
            self.init(matrix: kept, groupsPerList: tile.groupsPerList, inChunks: tile.isStaged)
        }
    }
}
