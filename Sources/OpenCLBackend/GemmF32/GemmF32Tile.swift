/// How `gemm_f32` cuts a product.
struct GemmF32Tile: KernelTile {
    /// Outputs of a work-group and of an item.
    var rows: Int
    var columns: Int
    var depth: Int
    var itemRows: Int
    var itemColumns: Int

    static let large = GemmF32Tile(rows: 128, columns: 128, depth: 16, itemRows: 8, itemColumns: 8)
    static let small = GemmF32Tile(rows: 64, columns: 64, depth: 16, itemRows: 4, itemColumns: 4)
    /// For a few rows, which wait for the right matrix to come from memory.
    static let fewRows = GemmF32Tile(rows: 4, columns: 32, depth: 128, itemRows: 1, itemColumns: 1)

    /// The largest tile that still gives the whole device work.
    static func chosen(rows: Int, columns: Int, products: Int, on device: DeviceInfo) -> GemmF32Tile {
        if rows <= 2 * fewRows.rows { return fewRows }
        let groups = ((rows - 1) / large.rows + 1) * ((columns - 1) / large.columns + 1) * products
        return groups >= device.computeUnits && rows > small.rows ? large : small
    }

    var defines: [String: String] {
        [
            "TILE_ROWS": "\(rows)", "TILE_COLUMNS": "\(columns)", "TILE_DEPTH": "\(depth)",
            "ITEM_ROWS": "\(itemRows)", "ITEM_COLUMNS": "\(itemColumns)",
        ]
    }
}
