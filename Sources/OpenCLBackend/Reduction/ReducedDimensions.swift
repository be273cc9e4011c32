import Tensors

/// The dimensions of a packed tensor, those that a reduction keeps and those that it goes over, neighbours of a kind as one.
struct ReducedDimensions {
    struct Dimension: Hashable {
        var size: Int
        /// Elements from one index to the next.
        var stride: Int
    }

    private(set) var kept: [Dimension] = []
    /// But for the last of them.
    private(set) var reduced: [Dimension] = []
    /// The last of them: size 1 if nothing is reduced.
    private(set) var run = Dimension(size: 1, stride: 0)

    /// The product of the sizes of `reduced`.
    var rows: Int { reduced.reduce(1) { $0 * $1.size } }

    init(_ shape: [Int], _ isReduced: [Bool]) {
        let strides = rowMajorStrides(shape)
        var wasReduced: Bool?
        for (index, size) in shape.enumerated() where size != 1 {
            defer { wasReduced = isReduced[index] }
            var list = isReduced[index] ? reduced : kept
            if wasReduced == isReduced[index], let last = list.last {
                list[list.count - 1] = Dimension(size: last.size * size, stride: strides[index])
            } else {
                list.append(Dimension(size: size, stride: strides[index]))
            }
            if isReduced[index] { reduced = list } else { kept = list }
        }
        if let last = reduced.popLast() { run = last }
    }
}
