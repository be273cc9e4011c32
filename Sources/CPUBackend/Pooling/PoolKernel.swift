import CMicrokernels
import Lowering
import ModelGraph
import Runtime
import Tensors

/// A pool over windows of blocked operands: group by group, a run of output rows a task. Windows are clipped to the image, so
/// that halos are never read.
struct PoolKernel: CPUKernel {
    private let x: StepOperands.Value
    private let y: StepOperands.Value
    private let from: BlockedShape
    private let to: BlockedShape
    private let operation: mk_pool_operator
    private let rowSpans: [mk_pool_span]
    private let columnSpans: [mk_pool_span]
    private let problem: mk_pool
    private let isa: mk_isa
    private let tasks: RowTasks

    /// What pools over windows do with quantized values.
    struct Quantization {
        var load = mk_u8_load()
        var store = mk_u8_store()
    }

    /// - Parameters:
    ///   - window: over one or two spatial dimensions.
    ///   - countsPadding: whether an average divides by the taps in the padding too.
    /// - Throws: `.unsupported` if a window lies wholly in the padding.
    init(
        x: StepOperands.Value, y: StepOperands.Value, window: SlidingWindow, operation: mk_pool_operator,
        countsPadding: Bool = false, quantization: Quantization = Quantization(), isa: InstructionSet
    ) throws(HoneError) {
        guard let from = x.blocked, let to = y.blocked else { preconditionFailure("operands that are not blocked") }
        (self.x, self.y, self.from, self.to, self.operation) = (x, y, from, to, operation)
        self.isa = isa.mk
        let last = window.input.count - 1
        columnSpans = try PoolSpan.along(last, of: window, countsPadding: countsPadding).map(\.mk)
        rowSpans =
            last == 0
            ? [mk_pool_span(first: 0, taps: 1, divisor: 1)]
            : try PoolSpan.along(0, of: window, countsPadding: countsPadding).map(\.mk)
        problem = mk_pool(
            input: nil, output: nil, input_row: from.rowBytes, output_row: to.rowBytes, row_spans: nil,
            column_spans: nil, columns: Int64(to.width), row_dilation: last == 0 ? 1 : Int64(window.dilations[0]),
            column_dilation: Int64(window.dilations[last]), load: quantization.load, store: quantization.store)
        tasks = RowTasks(to)
    }

    func run(_ memory: PlanMemory) throws(HoneError) {
        let (input, output) = (memory[x.id], memory[y.id])
        rowSpans.withUnsafeBufferPointer { rowSpans in
            columnSpans.withUnsafeBufferPointer { columnSpans in
                tasks.forEach { image, group, rows in
                    var pool = problem
                    pool.input = UnsafeRawPointer(input + from.offset(image: image, group: group))
                    pool.output = output + to.offset(image: image, group: group)
                    pool.row_spans = rowSpans.baseAddress
                    pool.column_spans = columnSpans.baseAddress
                    mk_pool_rows(isa, operation, &pool, Int64(rows.lowerBound), Int64(rows.count))
                    to.finish(output, image: image, group: group, rows: rows)
                }
            }
        }
    }
}

extension PoolSpan {
    /// How C calls it.
    fileprivate var mk: mk_pool_span {
        mk_pool_span(first: Int64(first), taps: Int64(taps), divisor: Int64(divisor))
    }
}
