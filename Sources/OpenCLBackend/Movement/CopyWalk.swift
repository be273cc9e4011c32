import Lowering
import Runtime
import Tensors

/// Elements copied from one walk over memory to another: what the kernel `copy_strided` does. Distances are in elements.
struct CopyWalk {
    private struct Dimension {
        var size: Int
        var source: Int
        var target: Int
    }

    /// More dimensions than these are no walk for a kernel.
    private static let maximumRank = 8

    private var dimensions: [Dimension] = []
    private var sourceOffset: Int
    private var targetOffset: Int
    private var elementBytes: Int

    /// - Parameters:
    ///   - shape: what is copied; it has elements.
    ///   - source: the source's stride for each dimension, 0 where it repeats.
    ///   - target: the target's; by default those of packed elements.
    init(
        shape: [Int], source: [Int], sourceOffset: Int = 0, target: [Int]? = nil, targetOffset: Int = 0,
        elementBytes: Int
    ) {
        (self.sourceOffset, self.targetOffset, self.elementBytes) = (sourceOffset, targetOffset, elementBytes)
        let target = target ?? rowMajorStrides(shape)
        // Neighbouring dimensions that both sides cross alike are one.
        for index in shape.indices where shape[index] != 1 {
            let next = Dimension(size: shape[index], source: source[index], target: target[index])
            if let last = dimensions.last, last.source == next.source * next.size,
                last.target == next.target * next.size
            {
                dimensions[dimensions.count - 1] = Dimension(
                    size: last.size * next.size, source: next.source, target: next.target)
            } else {
                dimensions.append(next)
            }
        }
    }

    /// Everything, in order.
    init(all type: TensorType) {
        self.init(shape: [type.elementCount], source: [1], elementBytes: type.elementType.computeType.byteCount)
    }

    var isWalkable: Bool { dimensions.count <= CopyWalk.maximumRank }

    /// The same bytes as elements of up to 16 bytes, where runs and all distances are multiples of that.
    private func widened() -> CopyWalk {
        guard let run = dimensions.last, run.source == 1, run.target == 1 else { return self }
        let distances =
            [run.size, sourceOffset, targetOffset] + dimensions.dropLast().flatMap { [$0.source, $0.target] }
        guard
            let bytes = [16, 8, 4, 2].first(where: { bytes in
                bytes > elementBytes && distances.allSatisfy { $0 * elementBytes % bytes == 0 }
            })
        else { return self }
        let factor = bytes / elementBytes
        var wide = self
        wide.elementBytes = bytes
        wide.sourceOffset /= factor
        wide.targetOffset /= factor
        for index in wide.dimensions.indices {
            if index == wide.dimensions.count - 1 {
                wide.dimensions[index].size /= factor
            } else {
                wide.dimensions[index].source /= factor
                wide.dimensions[index].target /= factor
            }
        }
        return wide
    }

    /// - Parameter table: 256 bytes through which bytes change on the way.
    /// - Precondition: `isWalkable`.
    /// - Throws: `.unsupported` for more elements than a kernel counts, `.outOfMemory`.
    func launch(
        from: StepOperands.Value, to: StepOperands.Value, table: [UInt8]? = nil, _ maker: LaunchMaker
    ) throws(HoneError) -> KernelLaunch {
        precondition(isWalkable && (table == nil || elementBytes == 1))
        let walk = table == nil ? widened() : self
        let dimensions = walk.dimensions.isEmpty ? [Dimension(size: 1, source: 0, target: 0)] : walk.dimensions
        let numbers = dimensions.map(\.size) + dimensions.map(\.source) + dimensions.map(\.target)
        let count = dimensions.reduce(1) { $0 * $1.size }
        var defines = ["ELEMENT": ElementType.copyType(byteCount: walk.elementBytes), "RANK": "\(dimensions.count)"]
        var arguments: [KernelArgument] = [
            .value(from.id), .value(to.id), .int64(Int64(walk.sourceOffset)), .int64(Int64(walk.targetOffset)),
            try .integer(count), .buffer(try maker.buffer(numbers.map { Int32(truncatingIfNeeded: $0) })),
        ]
        if let table {
            defines["TABLE"] = "1"
            arguments.append(.buffer(try maker.buffer(table)))
        }
        return KernelLaunch(
            program: KernelProgram(file: "copy_strided", defines: defines), function: "copy_strided",
            arguments: arguments, globalSize: [count])
    }
}
