import ModelGraph
import Runtime
import Tensors

/// Products of row-major float matrices, as `gemm_f32` computes them.
struct GemmF32Problem {
    var rows: Int
    var depth: Int
    var columns: Int
    var left: Plan.ValueID
    var right: Plan.ValueID
    var output: Plan.ValueID
    /// Whether the left matrix lies as `[depth, rows]`, the right one as `[columns, depth]`.
    var transposesLeft = false
    var transposesRight = false
    /// For each product, which matrices it multiplies.
    var matrices: [(left: Int, right: Int)] = [(0, 0)]
    var alpha: Float = 1
    /// What is added, `beta` times: element (row, column) is at `row * rowStride + column * columnStride`.
    var addend: (value: Plan.ValueID, rowStride: Int, columnStride: Int, beta: Float)?
    var activation = FusedActivation.none

    /// - Throws: `.unsupported` if a size does not fit 32 bits; `.outOfMemory`.
    func launches(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        var defines: [String: String] = [:]
        defines["TRANSPOSES_LEFT"] = transposesLeft ? "1" : "0"
        defines["TRANSPOSES_RIGHT"] = transposesRight ? "1" : "0"
        defines["ACTIVATION"] = activation.kernelKind
        var table: [Int32] = []
        for pair in matrices {
            guard let left = Int32(exactly: pair.left), let right = Int32(exactly: pair.right) else {
                throw HoneError(.unsupported, "a product of more matrices than 32 bits count")
            }
            table += [left, right]
        }
        var arguments: [KernelArgument] = [
            .value(left), .value(right), .value(output), .buffer(try maker.buffer(table)), try .integer(rows),
            try .integer(depth), try .integer(columns),
        ]
        arguments += activation.kernelArguments
        if let addend {
            defines["ADDEND"] = "1"
            arguments += [
                .value(addend.value), try .integer(addend.rowStride), try .integer(addend.columnStride),
                .float(addend.beta),
            ]
        }
        if alpha != 1 {
            defines["SCALED"] = "1"
            arguments.append(.float(alpha))
        }
        guard maker.precision == .float32 else { return [matrixLaunch(defines, arguments, maker)] }
        let tile = maker.tiles.tile(
            for: tileProblem,
            preset: GemmF32Tile.chosen(rows: rows, columns: columns, products: matrices.count, on: maker.device),
            among: GemmF32Tile.candidates(rows: rows, columns: columns, on: maker.device))
        defines.merge(tile.defines) { first, _ in first }
        let across = (columns - 1) / tile.columns + 1
        let down = (rows - 1) / tile.rows + 1
        let items = (across: tile.items[0], down: tile.items[1])
        return [
            KernelLaunch(
                program: KernelProgram(file: "gemm_f32", defines: defines), function: "gemm_f32", arguments: arguments,
                globalSize: [across * items.across, down * items.down, matrices.count],
                localSize: [items.across, items.down, 1])
        ]
    }

    /// On matrix units, in the maker's precision.
    private func matrixLaunch(
        _ shared: [String: String], _ arguments: [KernelArgument], _ maker: LaunchMaker
    ) -> KernelLaunch {
        let tile = GemmF32MatrixTile.chosen(
            rows: rows, columns: columns, products: matrices.count, on: maker.device)
        var defines = shared.merging(tile.defines) { first, _ in first }
        defines["PRECISION"] = maker.precision.kernelKind
        defines["MMA_PTX"] = maker.probes.hasMatrixPTX ? "1" : "0"
        return KernelLaunch(
            program: KernelProgram(file: "gemm_f32_mma", defines: defines), function: "gemm_f32_mma",
            arguments: arguments,
            globalSize: [
                ((columns - 1) / tile.columns + 1) * tile.items, (rows - 1) / tile.rows + 1, matrices.count,
            ], localSize: [tile.items, 1, 1])
    }
}
