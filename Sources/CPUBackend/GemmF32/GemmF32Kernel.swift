import CMicrokernels
import Lowering
import ModelGraph
import Runtime
import Tensors

/// A product of float matrices made ready: the right one packed in groups of 16 columns.
final class GemmF32Kernel: CPUKernel {
    private let function: mk_gemm_f32_function
    private let (rows, depth, columns): (Int, Int, Int)
    private let transposesLeft: Bool
    private let alpha: Float
    private let activation: mk_f32_activation
    private let weights: PackedMatrix
    private let start: AlignedArray<Float>?
    private let startRowBytes: Int
    private let offsets: AlignedArray<Int32>
    /// A copy of the left matrix with rows at a better distance, where the original's share too few cache sets.
    private let scratch: AlignedArray<Float>?
    private let left: Plan.ValueID
    private let output: Plan.ValueID
    private let tasks: [(rows: Range<Int>, groups: Range<Int>)]
    let packedInputs: PackedInputs

    /// Rows that read this many bytes apart, or a multiple, would share few sets of the first-level cache.
    private static let crowdedBytes = 1024

    /// - Throws: `.outOfMemory`.
    init(_ product: FloatProduct, _ step: StepOperands, isa: InstructionSet) throws(HoneError) {
        guard let a = step.input(0), let y = step.output(0) else {
            preconditionFailure("a matrix product without operands")
        }
        // The product itself, which holds the matrix as the file has it, is let go of.
        (transposesLeft, alpha, activation) = (product.transposesLeft, product.alpha, product.activation.mkFloat)
        (left, output) = (a.id, y.id)
        function = mk_gemm_f32_for(isa.mk)
        let (rows, depth, columns) = (product.rows, product.depth, product.columns)
        (self.rows, self.depth, self.columns) = (rows, depth, columns)
        let groups = (columns + 15) / 16
        weights = try PackedMatrix(product)
        packedInputs = [1: { [weights] in weights.unpack(into: $0) }]
        let addedRows: Int
        if let addend = product.addend {
            let strides = GemmF32Kernel.strides(addend.shape)
            addedRows = strides.row == 0 ? 1 : rows
            let added = try AlignedArray<Float>(zeros: addedRows * groups * 16, for: "the addend")
            addend.withElements(of: Float.self) { values in
                for row in 0..<addedRows {
                    for column in 0..<columns {
                        added.address[row * groups * 16 + column] = values[row * strides.row + column * strides.column]
                    }
                }
            }
            start = added
        } else {
            (start, addedRows) = (nil, 1)
        }
        startRowBytes = addedRows == 1 ? 0 : groups * 64
        let isCrowded = rows > 1 && !product.transposesLeft && depth * 4 % GemmF32Kernel.crowdedBytes == 0
        scratch = isCrowded ? try AlignedArray(zeros: rows * (depth + 16), for: "a copy of the left matrix") : nil
        tasks = GemmF32Kernel.tasks(rows: rows, depth: depth, groups: groups)
        let pitch = product.transposesLeft ? rows : 1
        offsets = try AlignedArray((0..<depth).map { Int32($0 * pitch) }, for: "the offsets")
    }

    func run(_ memory: PlanMemory) throws(HoneError) {
        var source = memory[left].assumingMemoryBound(to: Float.self)
        var pitch = transposesLeft ? 1 : depth
        if let scratch {
            let original = source
            pitch = depth + 16
            source = scratch.address
            HostThreads.forEach(count: rows) { row in
                (scratch.address + row * (depth + 16)).update(from: original + row * depth, count: depth)
            }
        }
        var problem = mk_gemm_f32()
        problem.weights = UnsafePointer(weights.elements.address)
        problem.offsets = UnsafePointer(offsets.address)
        problem.depth = Int64(depth)
        problem.columns = Int64(columns)
        problem.left = UnsafePointer(UnsafeMutableRawPointer(source).assumingMemoryBound(to: UInt8.self))
        problem.left_row = pitch * 4
        problem.start = UnsafePointer(start?.address)
        problem.start_row = startRowBytes
        problem.alpha = alpha
        problem.activation = activation
        problem.output = memory[output].assumingMemoryBound(to: UInt8.self)
        problem.output_row = columns * 4
        let (shared, tasks, function) = (problem, tasks, function)
        HostThreads.forEach(count: tasks.count) { index in
            let task = tasks[index]
            withUnsafePointer(to: shared) { problem in
                function(
                    problem, Int64(task.groups.lowerBound), Int64(task.groups.count), Int64(task.rows.lowerBound),
                    Int64(task.rows.count))
            }
        }
    }

    /// How an addend of up to two dimensions stretches over rows and columns.
    private static func strides(_ shape: [Int]) -> (row: Int, column: Int) {
        let columns = shape.last ?? 1
        let rows = shape.count > 1 ? shape[0] : 1
        return (rows == 1 ? 0 : columns, columns == 1 ? 0 : 1)
    }

    /// Parts of some 25 microseconds and more: rows in runs that stay in the last-level cache, from where they pass over the
    /// weights of two groups in the second level; groups of columns in even runs.
    private static func tasks(rows: Int, depth: Int, groups: Int) -> [(rows: Range<Int>, groups: Range<Int>)] {
        let rowsAtOnce = max(28, min(rows, (4 << 20) / (depth * 4) / 14 * 14))
        let rowParts = (rows - 1) / rowsAtOnce + 1
        let operations = Double(rows) * Double(depth) * Double(groups)
        // A row alone waits for memory rather than for arithmetic.
        let wanted = Int(min(operations / (rows == 1 ? 20_000 : 200_000), 256)) / rowParts
        let step = max(8, (groups / max(1, wanted) + 7) / 8 * 8)
        var tasks: [(rows: Range<Int>, groups: Range<Int>)] = []
        for first in stride(from: 0, to: rows, by: rowsAtOnce) {
            for group in stride(from: 0, to: groups, by: step) {
                tasks.append((first..<min(first + rowsAtOnce, rows), group..<min(group + step, groups)))
            }
        }
        return tasks
    }
}
