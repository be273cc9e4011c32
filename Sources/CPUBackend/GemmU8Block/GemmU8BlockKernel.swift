import CMicrokernels
import Lowering
import Runtime
import Tensors

/// A prepared product of 8-bit rows with packed weights.
///
/// The kernel broadcasts from row-major rows as they lie. Rows are copied first only where bytes must be flipped (int8), where
/// four inputs of the end would reach beyond a row, where A is transposed, or where rows lie so that they share cache sets.
final class GemmU8BlockKernel: CPUKernel {
    /// Bytes of the rows of a task: they stay in the second cache while a task goes through its columns.
    private static let panelBytes = 224 << 10
    /// Rows of the widest kernel's tile.
    private static let tileRows = 14
    /// Rows this far apart fall into the same sets of the first cache: 64 sets of 64 bytes.
    private static let aliasingBytes = 4096
    /// Tasks that let few threads share work evenly, and multiply-accumulates that are worth a task of their own.
    private static let tasks = 16
    private static let taskWork = 1 << 18

    private let problem: mk_gemm_u8_block
    private let function: mk_gemm_u8_block_function
    private let weights: PackedProductWeights
    private let bias: AlignedArray<Int32>
    private let starts: [Int32]
    private let multipliers: AlignedArray<Float>
    /// Where the rows' zero point is, if a step computes it.
    private let zeroPoint: Plan.ValueID?
    private let input: (id: Plan.ValueID, row: Int, isTransposed: Bool, flip: UInt8)
    private let output: Plan.ValueID
    private let (rows, depth): (Int, Int)
    /// The rows as the kernel reads them, where they are copied.
    private let copy: AlignedArray<UInt8>?
    private let panelRows: Int
    /// The first pair of each range of columns, and the end.
    private let pairBounds: [Int]
    let packedInputs: PackedInputs

    /// Packs the weights, and folds a constant zero point into the start of each sum.
    ///
    /// - Throws: `.outOfMemory`.
    init(_ problem: GemmU8BlockProblem, isa: InstructionSet) throws(HoneError) {
        guard let function = mk_gemm_u8_block_for(isa.mk) else { preconditionFailure("no kernel for \(isa)") }
        self.function = function
        (rows, depth) = (problem.rows, problem.depth)
        weights = try PackedProductWeights(
            problem.weights, depth: depth, columns: problem.columns, isTransposed: problem.transposesWeights,
            zeroPoints: problem.weightZeroPoints)
        packedInputs = [problem.weightsPosition: { [weights] in weights.unpack(into: $0) }]
        let isSigned = problem.input.type.elementType == .int8
        input = (
            problem.input.id, problem.transposesInput ? rows : depth, problem.transposesInput && rows > 1 && depth > 1,
            isSigned ? 0x80 : 0
        )
        output = problem.output.id

        let padded = weights.sums.count
        bias = try AlignedArray(zeros: padded, for: "the bias")
        multipliers = try AlignedArray(zeros: padded, for: "the multipliers")
        starts = (0..<padded).map { $0 < problem.columns ? problem.starts.forColumn($0) : 0 }
        if case .computed(let value) = problem.inputZeroPoint { zeroPoint = value.id } else { zeroPoint = nil }
        var stored = mk_gemm_u8_block()
        switch problem.result {
        case .quantized(let values, let zeroPoint, let range):
            stored.result = MK_GEMM_U8
            stored.low = Float(range.lowerBound - zeroPoint)
            stored.high = Float(range.upperBound - zeroPoint)
            stored.zero_point = zeroPoint
            for column in 0..<problem.columns { multipliers.address[column] = values.forColumn(column) }
        case .real(let values):
            stored.result = MK_GEMM_F32
            for column in 0..<problem.columns { multipliers.address[column] = values.forColumn(column) }
        case .sums: stored.result = MK_GEMM_S32
        }
        stored.blocks = UnsafePointer(weights.blocks.address)
        stored.offsets = UnsafePointer(weights.offsets.address)
        stored.lists = UnsafePointer(weights.lists.address)
        stored.bias = UnsafePointer(bias.address)
        stored.multiplier = UnsafePointer(multipliers.address)
        stored.columns = Int32(problem.columns)
        stored.output_row = problem.columns * problem.output.type.elementType.byteCount

        let isCopied =
            isSigned || input.isTransposed || depth % 4 != 0
            || (rows > GemmU8BlockKernel.tileRows / 2 && depth % GemmU8BlockKernel.aliasingBytes == 0)
        let padding = (depth + 3) / 4 * 4
        let rowBytes = isCopied && padding % 1024 == 0 ? padding + 64 : padding
        copy = isCopied ? try AlignedArray(room: rows * rowBytes, for: "a copy of the rows") : nil
        stored.input_row = rowBytes
        self.problem = stored

        panelRows = GemmU8BlockKernel.panelRows(rows: rows, depth: depth)
        let panels = (rows - 1) / panelRows + 1
        let work = rows * weights.blockCounts.reduce(0, +) * 64
        let wanted = min(GemmU8BlockKernel.tasks, work / GemmU8BlockKernel.taskWork)
        pairBounds = GemmU8BlockKernel.split(weights.blockCounts, into: (wanted + panels - 1) / panels)
        if case .constant(let zero) = problem.inputZeroPoint { foldZeroPoint(zero) }
    }

    var detail: String? { "\(weights.density)" }

    func run(_ memory: PlanMemory) throws(HoneError) {
        let panels = (rows - 1) / panelRows + 1
        // A thread alone goes through a panel without stopping: the kernel fetches a pair's blocks during the one before.
        let pairBounds = HostThreads.limit > 1 ? pairBounds : [0, weights.pairs]
        let ranges = pairBounds.count - 1
        var problem = problem
        problem.output = memory[output]
        if let zeroPoint {
            let byte = memory[zeroPoint].load(as: UInt8.self)
            foldZeroPoint(input.flip == 0 ? Int32(byte) : Int32(Int8(bitPattern: byte)))
        }
        let source = UnsafePointer(memory[input.id].assumingMemoryBound(to: UInt8.self))
        problem.input = source
        if let copy = copy?.address {
            problem.input = UnsafePointer(copy)
            let rowBytes = problem.input_row
            HostThreads.forEach(count: panels) { panel in
                let first = panel * panelRows
                let count = min(panelRows, rows - first)
                if input.isTransposed {
                    mk_gemm_u8_rows_transposed(
                        copy + first * rowBytes, rowBytes, source + first, input.row, count, depth, input.flip)
                } else {
                    // One row, or one column, lies the same way transposed.
                    mk_gemm_u8_rows(
                        copy + first * rowBytes, rowBytes, source + first * depth, depth, count, depth, input.flip)
                }
            }
        }
        withUnsafePointer(to: &problem) { problem in
            HostThreads.forEach(count: panels * ranges) { task in
                let (panel, range) = task.quotientAndRemainder(dividingBy: ranges)
                let first = panel * panelRows
                function(
                    problem, Int32(pairBounds[range]), Int32(pairBounds[range + 1] - pairBounds[range]), Int32(first),
                    Int32(min(panelRows, rows - first)))
            }
        }
    }

    /// Sets what each sum starts from: `start - zeroPoint * sum(w)`, for rows whose bytes the kernel takes as uint8.
    private func foldZeroPoint(_ zeroPoint: Int32) {
        let zeroPoint = input.flip == 0 ? zeroPoint : zeroPoint + 128
        for column in starts.indices { bias.address[column] = starts[column] &- zeroPoint &* weights.sums[column] }
    }

    /// Rows of a task: whole tiles, all tasks nearly alike.
    private static func panelRows(rows: Int, depth: Int) -> Int {
        let most = min(max(panelBytes / depth / tileRows, 2), 32) * tileRows
        let panels = (rows - 1) / most + 1
        let even = (rows - 1) / panels + 1
        return (even - 1) / tileRows * tileRows + tileRows
    }

    /// Splits pairs into ranges of nearly equal numbers of blocks.
    private static func split(_ blockCounts: [Int], into ranges: Int) -> [Int] {
        // Storing takes the time of about 16 blocks.
        let weights = blockCounts.map { $0 + 16 }
        let total = weights.reduce(0, +)
        let ranges = min(max(ranges, 1), blockCounts.count)
        var bounds = [0]
        var sum = 0
        for (pair, weight) in weights.enumerated() {
            if sum * ranges >= bounds.count * total { bounds.append(pair) }
            sum += weight
        }
        bounds.append(blockCounts.count)
        return bounds
    }
}

extension Array {
    /// The parameter of a column, where one may stand for all.
    fileprivate func forColumn(_ column: Int) -> Element { count == 1 ? self[0] : self[column] }
}
