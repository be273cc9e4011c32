import Tensors

/// The dimensions of a result with each operand's strides over them, neighbouring ones merged where all operands cross them
/// alike.
struct BroadcastDimensions {
    /// More than kernels walk are refused.
    static let maximumRank = 8

    /// At least one.
    private(set) var sizes: [Int] = []
    /// By operand, in elements; 0 where an operand stretches.
    private(set) var strides: [[Int]]

    /// - Parameter operands: shapes that broadcast to `shape`, which has elements.
    init(shape: [Int], operands: [[Int]]) {
        let whole = operands.map { broadcastStrides($0, to: shape) }
        strides = operands.map { _ in [] }
        for index in shape.indices where shape[index] != 1 {
            let size = shape[index]
            let merges =
                !sizes.isEmpty
                && strides.indices.allSatisfy { (strides[$0].last ?? 0) == whole[$0][index] * size }
            if merges {
                sizes[sizes.count - 1] *= size
                for operand in strides.indices { strides[operand][sizes.count - 1] = whole[operand][index] }
            } else {
                sizes.append(size)
                for operand in strides.indices { strides[operand].append(whole[operand][index]) }
            }
        }
        if sizes.isEmpty {
            sizes = [1]
            strides = operands.map { _ in [0] }
        }
    }

    var isWalkable: Bool { sizes.count <= BroadcastDimensions.maximumRank }

    /// Sizes, then the strides of each operand: what the kernel `broadcast` takes.
    var walk: [Int32] { (sizes + strides.flatMap { $0 }).map { Int32($0) } }
}
