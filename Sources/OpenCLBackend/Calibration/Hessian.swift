import Tensors

/// `H += X^T X` in float32, each entry one `fma` chain over the rows: `Kernels/hessian.cl`.
package enum Hessian {
    private static let side = 16
    private static let entriesEach = 4

    /// - Parameters:
    ///   - rows: X, `[count][width]`, its rows `distance` elements apart.
    ///   - hessian: H, `[width][width]`, symmetric.
    /// - Precondition: count, width and distance are not negative and fit in 32 bits.
    package static func accumulate(
        _ rows: KernelArgument, count: Int, width: Int, distance: Int, into hessian: KernelArgument
    ) -> KernelLaunch {
        let tiles = (width + side * entriesEach - 1) / (side * entriesEach)
        return KernelLaunch(
            program: KernelProgram(file: "hessian", defines: ["SIDE": "\(side)", "EACH": "\(entriesEach)"]),
            function: "hessian",
            arguments: [rows, hessian, .int32(Int32(count)), .int32(Int32(width)), .int32(Int32(distance))],
            globalSize: [tiles * side, tiles * side], localSize: [side, side])
    }
}
