import Lowering
import Runtime
import Tensors

extension GemmU8BlockProblem {
    /// The launch of a core of `conv_u8_block` whose pixels are the rows, behind that of a copy where rows lie otherwise than
    /// the cores read them: int8, of a length that is no multiple of 16, or transposed.
    ///
    /// - Throws: `.outOfMemory`; `.unsupported` for distances beyond 32 bits.
    func launches(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let packed = try PackedProductWeights(
            weights, depth: depth, columns: columns, isTransposed: transposesWeights, zeroPoints: weightZeroPoints)
        let isSigned = input.type.elementType == .int8
        let rowBytes = (depth + 15) / 16 * 16
        var launches: [KernelLaunch] = []
        var source = KernelArgument.value(input.id)
        // One row lies the same way transposed, but for its length.
        if isSigned || rowBytes != depth || (transposesInput && rows > 1) {
            let (byteCount, overflow) = rows.multipliedReportingOverflow(by: rowBytes)
            try MemoryLimit.check(overflow ? .max : byteCount + BlockedShape.slack, for: "rows of a matrix product")
            source = .temporary(try maker.temporary(byteCount: byteCount + BlockedShape.slack))
            launches.append(rowCopy(to: source, rowWords: rowBytes / 4, flips: isSigned))
        }
        let flip: Int32 = isSigned ? 128 : 0
        var problem = ConvU8BlockProblem(
            images: rows, rows: 1, columns: 1, input: source,
            inputPlaces: .init(origin: 0, image: rowBytes, row: 0, pixel: 0), output: .value(output.id),
            outputPlaces: .init(origin: 0, image: columns, row: 0, pixel: 0), outputs: columns,
            starts: starts.spread(over: columns), multipliers: [], result: .sums,
            store: columns % 4 == 0 ? .quads : .elements)
        switch result {
        case .quantized(let multipliers, let zeroPoint, let range):
            problem.multipliers = multipliers.spread(over: columns)
            problem.result = .bytes(
                low: Float(range.lowerBound - zeroPoint), high: Float(range.upperBound - zeroPoint),
                zeroPoint: zeroPoint)
        case .real(let multipliers):
            problem.multipliers = multipliers.spread(over: columns)
            problem.result = .real
        case .sums: break
        }
        switch inputZeroPoint {
        case .constant(let zeroPoint):
            let stored = zeroPoint &+ flip
            problem.starts = zip(problem.starts, packed.sums).map { $0 &- stored &* $1 }
        case .computed(let value):
            problem.rowZeroPoint = .init(value: .value(value.id), isSigned: isSigned, sums: packed.sums)
        }
        launches.append(try problem.launch(KeptBlocks(packed, columns: columns), isAligned: true, maker))
        return launches
    }

    private func rowCopy(to target: KernelArgument, rowWords: Int, flips: Bool) -> KernelLaunch {
        KernelLaunch(
            program: KernelProgram(file: "gemm_u8_block_rows"), function: "gemm_u8_block_rows",
            arguments: [
                .value(input.id), target, .int32(Int32(rows)), .int32(Int32(depth)), .int32(Int32(rowWords)),
                .int64(Int64(transposesInput ? 1 : depth)), .int64(Int64(transposesInput ? rows : 1)),
                .uint32(flips ? 0x8080_8080 : 0),
            ], globalSize: [rowWords, rows])
    }
}
