import CMicrokernels
import Lowering
import Runtime
import Tensors

/// A pool over whole planes of a blocked operand, into one pixel an image: row-major, where channels are neighbours, or blocked.
struct PlanePoolKernel: CPUKernel {
    private let x: StepOperands.Value
    private let y: StepOperands.Value
    private let from: BlockedShape
    private let to: BlockedShape?
    private let operation: mk_pool_operator
    private let quantization: PoolKernel.Quantization
    private let isa: mk_isa
    private let runs: Int

    /// Groups of a task, whose results lie on the stack.
    private static let taskGroups = 8

    /// - Parameters:
    ///   - quantization: for row-major int8 results `store.flip` is 0x80.
    init(
        x: StepOperands.Value, y: StepOperands.Value, operation: mk_pool_operator,
        quantization: PoolKernel.Quantization = .init(), isa: InstructionSet
    ) {
        guard let from = x.blocked else { preconditionFailure("an operand that is not blocked") }
        (self.x, self.y, self.from, self.operation) = (x, y, from, operation)
        (self.quantization, self.isa) = (quantization, isa.mk)
        to = y.blocked
        runs = (from.groups + PlanePoolKernel.taskGroups - 1) / PlanePoolKernel.taskGroups
    }

    func run(_ memory: PlanMemory) throws(HoneError) {
        let (input, output) = (memory[x.id], memory[y.id])
        let pixelBytes = BlockedLayout.groupChannels * from.elementBytes
        HostThreads.forEach(count: from.images * runs) { task in
            let (image, run) = task.quotientAndRemainder(dividingBy: runs)
            let first = run * PlanePoolKernel.taskGroups
            let groups = first..<min(from.groups, first + PlanePoolKernel.taskGroups)
            var planes = mk_plane_pool(
                input: input + from.offset(image: image, group: first), row_bytes: from.rowBytes,
                group_bytes: from.groupBytes, rows: from.height, columns: from.width, groups: groups.count,
                load: quantization.load, store: quantization.store)
            withUnsafeTemporaryAllocation(byteCount: groups.count * pixelBytes, alignment: 64) { results in
                guard let results = results.baseAddress else { return }
                mk_pool_planes(isa, operation, &planes, results)
                guard let to else {
                    let channels = min(from.channels - first * BlockedLayout.groupChannels, groups.count * 16)
                    let start = image * from.channels + first * BlockedLayout.groupChannels
                    (output + start * from.elementBytes)
                        .copyMemory(from: results, byteCount: channels * from.elementBytes)
                    return
                }
                for group in groups {
                    (output + to.offset(image: image, group: group))
                        .copyMemory(from: results + (group - first) * pixelBytes, byteCount: pixelBytes)
                    to.finish(output, image: image, group: group, rows: 0..<1)
                }
            }
        }
    }
}
