import Lowering
import Runtime
import Tensors

/// Tensors joined along an axis, or one split along it: copies of a whole value into, or out of, a part of another.
struct Joining {
    /// The joined value.
    let whole: StepOperands.Value
    /// The parts in order, each with 256 bytes by the file's byte through which bytes change; nil for absent ones.
    let parts: [(value: StepOperands.Value?, size: Int, table: [UInt8]?)]
    /// Counted from the front.
    let axis: Int

    /// The copies from the parts into the whole.
    func join(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        try launches { value, first, size, table throws(HoneError) in
            if whole.blocked != nil {
                return try ChannelCopy(
                    from: value, source: 0, to: whole, target: first..<first + size, table: stored(table)
                ).launch(maker)
            }
            let (rows, inner, distance) = lines
            return try CopyWalk(
                shape: [rows, size * inner], source: [size * inner, 1], target: [distance, 1],
                targetOffset: first * inner, elementBytes: elementBytes
            ).launch(from: value, to: whole, table: table, maker)
        }
    }

    /// The copies from the whole into the parts.
    func split(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        try launches { value, first, size, _ throws(HoneError) in
            if whole.blocked != nil {
                return try ChannelCopy(from: whole, source: first, to: value, target: 0..<size).launch(maker)
            }
            let (rows, inner, distance) = lines
            return try CopyWalk(
                shape: [rows, size * inner], source: [distance, 1], sourceOffset: first * inner,
                target: [size * inner, 1], elementBytes: elementBytes
            ).launch(from: whole, to: value, maker)
        }
    }

    private func launches(
        _ copy: (StepOperands.Value, Int, Int, [UInt8]?) throws(HoneError) -> KernelLaunch
    ) throws(HoneError) -> [KernelLaunch] {
        var (launches, first): ([KernelLaunch], Int) = ([], 0)
        for part in parts {
            if let value = part.value, part.size > 0 {
                launches.append(try copy(value, first, part.size, part.table))
            }
            first += part.size
        }
        return launches
    }

    private var elementBytes: Int { whole.type.elementType.computeType.byteCount }

    /// Rows before the axis, elements behind one index of it, and elements from row to row.
    private var lines: (rows: Int, inner: Int, distance: Int) {
        let shape = whole.type.shape
        let inner = shape[(axis + 1)...].reduce(1, *)
        return (shape[..<axis].reduce(1, *), inner, shape[axis] * inner)
    }

    /// The table by the bytes that lie in a blocked value.
    private func stored(_ table: [UInt8]?) -> [UInt8]? {
        guard let table, whole.type.elementType == .int8 else { return table }
        return (0..<256).map { table[$0 ^ 0x80] ^ 0x80 }
    }

    /// The arrangements of such a step: in groups of channels where channels are joined, and packed.
    static func arrangements(inputs: [Int], outputs: [Int], whole: TensorType, axis: Int) -> [Arrangement] {
        func all(_ layout: OperandLayout) -> Arrangement {
            Arrangement(
                inputs: Dictionary(uniqueKeysWithValues: inputs.map { ($0, layout) }),
                outputs: Dictionary(uniqueKeysWithValues: outputs.map { ($0, layout) }))
        }
        return whole.isImage && axis == 1 ? [all(.blocked()), all(.rowMajor)] : [all(.rowMajor)]
    }
}
