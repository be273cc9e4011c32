/// How `gemm_f32_mma` cuts a product.
struct GemmF32MatrixTile: Sendable, Hashable {
    /// Tiles of 16 rows and of 8 columns of a warp.
    var rowTiles: Int
    var columnTiles: Int
    /// Warps of a work-group.
    var rowWarps: Int
    var columnWarps: Int

    /// Outputs of a work-group.
    var rows: Int { 16 * rowTiles * rowWarps }
    var columns: Int { 8 * columnTiles * columnWarps }
    var items: Int { 32 * rowWarps * columnWarps }

    static let large = GemmF32MatrixTile(rowTiles: 4, columnTiles: 4, rowWarps: 2, columnWarps: 4)
    static let small = GemmF32MatrixTile(rowTiles: 2, columnTiles: 4, rowWarps: 2, columnWarps: 2)
    static let fewRows = GemmF32MatrixTile(rowTiles: 1, columnTiles: 2, rowWarps: 1, columnWarps: 4)
    /// For a processor, which exchanges operands through memory.
    static let processor = GemmF32MatrixTile(rowTiles: 1, columnTiles: 2, rowWarps: 2, columnWarps: 1)

    /// What overrides the choice: for tests.
    @TaskLocal static var forced: GemmF32MatrixTile?

    /// The largest tile that still gives the whole device work.
    static func chosen(rows: Int, columns: Int, products: Int, on device: DeviceInfo) -> GemmF32MatrixTile {
        if let forced { return forced }
        guard device.kind != .cpu else { return processor }
        if rows <= fewRows.rows { return fewRows }
        let groups = ((rows - 1) / large.rows + 1) * ((columns - 1) / large.columns + 1) * products
        return groups >= device.computeUnits && rows > small.rows ? large : small
    }

    var defines: [String: String] {
        [
            "ROW_TILES": "\(rowTiles)", "COLUMN_TILES": "\(columnTiles)", "ROW_WARPS": "\(rowWarps)",
            "COLUMN_WARPS": "\(columnWarps)",
        ]
    }
}
