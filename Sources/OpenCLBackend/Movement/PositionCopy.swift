import Lowering
import Runtime
import Tensors

/// Elements copied by a table for each dimension of the result: what the kernel `gather` does.
struct PositionCopy {
    /// The source as dimensions of its own, and for each of them the position that each of the result's comes from; negative
    /// where the result gets the fill.
    let shape: [Int]
    let positions: [[Int]]

    /// More dimensions than these are no walk for a kernel.
    static let maximumRank = 8

    /// - Parameter fill: one element; nil where nothing is filled.
    /// - Throws: `.unsupported` for more elements than a kernel counts, `.outOfMemory`.
    func launch(
        from: StepOperands.Value, to: StepOperands.Value, fill: KernelArgument?, _ maker: LaunchMaker
    ) throws(HoneError) -> KernelLaunch {
        precondition(positions.count <= PositionCopy.maximumRank)
        // A scalar is one element of one dimension.
        let (shape, positions) = self.shape.isEmpty ? ([1], [[0]]) : (self.shape, self.positions)
        let strides = rowMajorStrides(shape)
        let offsets = zip(positions, strides).flatMap { table, stride in
            table.map { Int32(truncatingIfNeeded: $0 < 0 ? -1 : $0 * stride) }
        }
        let sizes = positions.map { Int32(truncatingIfNeeded: $0.count) }
        let count = to.type.elementCount
        let bytes = to.type.elementType.computeType.byteCount
        var filling = fill
        if filling == nil { filling = .buffer(try maker.buffer([UInt8](repeating: 0, count: bytes))) }
        return KernelLaunch(
            program: KernelProgram(
                file: "gather",
                defines: ["ELEMENT": ElementType.copyType(byteCount: bytes), "RANK": "\(sizes.count)"]),
            function: "gather",
            arguments: [
                .value(from.id), .value(to.id), try .integer(count), .buffer(try maker.buffer(sizes)),
                .buffer(try maker.buffer(offsets)), filling ?? .absent,
            ], globalSize: [count])
    }
}
