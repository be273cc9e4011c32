import CMicrokernels
import Lowering
import Runtime
import Tensors

/// Computes each element of its result from the elements at the same place: on blocked operands group by group, on row-major
/// ones in runs.
struct ElementwiseKernel: CPUKernel {
    private let a: StepOperands.Value
    private let second: SecondOperand
    private let y: StepOperands.Value
    private let compute: (UnsafePointer<mk_elementwise>) -> Void

    /// - Parameters:
    ///   - y: of the shape of `a`, and blocked by 16 or row-major as it is.
    ///   - compute: calls the kernel.
    init(
        a: StepOperands.Value, second: SecondOperand = .none, y: StepOperands.Value,
        compute: @escaping (UnsafePointer<mk_elementwise>) -> Void
    ) {
        precondition(a.type.shape == y.type.shape && (a.blocked == nil) == (y.blocked == nil))
        self.a = a
        self.second = second
        self.y = y
        self.compute = compute
    }

    func run(_ memory: PlanMemory) throws(HoneError) {
        switch second {
        case .none: run(memory, nil, perGroup: 0)
        case .full(let value), .pixel(let value): run(memory, UnsafeRawPointer(memory[value.id]), perGroup: 0)
        case .lanes(let bytes, let perGroup): bytes.withUnsafeBytes { run(memory, $0.baseAddress, perGroup: perGroup) }
        }
    }

    private func run(_ memory: PlanMemory, _ b: UnsafeRawPointer?, perGroup: Int) {
        if let from = a.blocked, let to = y.blocked {
            runBlocked(memory, from, to, b, perGroup: perGroup)
        } else {
            runFlat(memory, b)
        }
    }

    private func runFlat(_ memory: PlanMemory, _ b: UnsafeRawPointer?) {
        let size = a.type.elementType.byteCount
        var repeats = true
        if case .full = second { repeats = false }
        FlatTasks(count: y.type.elementCount).forEach { run in
            let offset = run.lowerBound * size
            var rows = mk_elementwise(
                out: memory[y.id] + offset, a: memory[a.id] + offset, b: b.map { repeats ? $0 : $0 + offset },
                out_row: 0,
                a_row: 0, b_row: 0, rows: 1, elements: run.count, b_repeats: repeats ? 1 : 0)
            compute(&rows)
        }
    }

    private func runBlocked(
        _ memory: PlanMemory, _ from: BlockedShape, _ to: BlockedShape, _ b: UnsafeRawPointer?, perGroup: Int
    ) {
        var other: BlockedShape?
        var repeats = true
        switch second {
        case .full(let value): (other, repeats) = (value.blocked, false)
        case .pixel(let value): other = value.blocked
        case .none, .lanes: break
        }
        let result = memory[y.id]
        RowTasks(to).forEach { image, group, rows in
            var beside = b.map { $0 + group * perGroup }
            if let other, let b {
                beside =
                    b
                    + other.offset(
                        image: other.images == 1 ? 0 : image, group: group, row: repeats ? 0 : rows.lowerBound)
            }
            var problem = mk_elementwise(
                out: result + to.offset(image: image, group: group, row: rows.lowerBound),
                a: memory[a.id] + from.offset(image: image, group: group, row: rows.lowerBound), b: beside,
                out_row: to.rowBytes, a_row: from.rowBytes, b_row: repeats ? 0 : other?.rowBytes ?? 0,
                rows: rows.count, elements: to.width * BlockedLayout.groupChannels, b_repeats: repeats ? 1 : 0)
            compute(&problem)
            to.finish(result, image: image, group: group, rows: rows)
        }
    }
}
