extension GemmF32Tile {
    /// The tiles that tuning may choose; each is in `Kernels/presets.txt`.
    static let all: [GemmF32Tile] = [
        large, small, fewRows,
        GemmF32Tile(rows: 128, columns: 64, depth: 16, itemRows: 8, itemColumns: 4),
        GemmF32Tile(rows: 64, columns: 128, depth: 16, itemRows: 4, itemColumns: 8),
        GemmF32Tile(rows: 32, columns: 64, depth: 16, itemRows: 4, itemColumns: 4),
        GemmF32Tile(rows: 32, columns: 32, depth: 32, itemRows: 4, itemColumns: 4),
        GemmF32Tile(rows: 16, columns: 64, depth: 32, itemRows: 4, itemColumns: 4),
        GemmF32Tile(rows: 8, columns: 32, depth: 64, itemRows: 1, itemColumns: 1),
        GemmF32Tile(rows: 4, columns: 64, depth: 64, itemRows: 1, itemColumns: 1),
        GemmF32Tile(rows: 4, columns: 16, depth: 128, itemRows: 1, itemColumns: 1),
        GemmF32Tile(rows: 1, columns: 64, depth: 32, itemRows: 1, itemColumns: 1),
    ]

    var name: String { "\(rows)x\(columns), \(itemRows)x\(itemColumns) an item, depth \(depth)" }

    /// Items of a work-group, across and down.
    var items: [Int] { [columns / itemColumns, rows / itemRows] }

    /// Two copies, whose rows are four floats longer than the tile.
    private var localBytes: Int { depth * (rows + columns + 8) * 4 }

    /// The tiles that are legal on a device, and not much larger than the product.
    static func candidates(rows: Int, columns: Int, on device: DeviceInfo) -> [GemmF32Tile] {
        all.filter { tile in
            device.takes(workGroup: tile.items) && tile.localBytes < device.usableLocalMemory
                && tile.rows < 8 * rows && (tile.columns < 4 * columns || tile.columns <= 32)
        }
    }
}

extension GemmF32Problem {
    /// What the time of its tiles depends on.
    var tileProblem: TileProblem {
        var shape = "\(rows)x\(columns)x\(depth)"
        if matrices.count > 1 { shape += ", \(matrices.count) products" }
        if transposesLeft { shape += ", left transposed" }
        if transposesRight { shape += ", right transposed" }
        if addend != nil { shape += ", add" }
        return TileProblem(kernel: "gemm_f32", shape: shape)
    }
}
