/// The shape that numpy broadcasting gives, or nil where the shapes do not broadcast together.
///
/// Shapes align at their last dimension; a dimension of 1 stretches to any other (also to 0). Source: ONNX
/// "Multidirectional Broadcasting".
package func broadcastShape(_ shapes: [[Int]]) -> [Int]? {
    var result = [Int](repeating: 1, count: shapes.map(\.count).max() ?? 0)
    for shape in shapes {
        let offset = result.count - shape.count
        for (dimension, size) in shape.enumerated() where size != 1 {
            if result[offset + dimension] == 1 {
                result[offset + dimension] = size
            } else if result[offset + dimension] != size {
                return nil
            }
        }
    }
    return result
}

/// Strides, in elements, that walk a packed tensor of `shape` as if it had the broadcast shape `target`: 0 where it
/// stretches.
///
/// - Precondition: `shape` broadcasts to `target`.
package func broadcastStrides(_ shape: [Int], to target: [Int]) -> [Int] {
    let packed = rowMajorStrides(shape)
    let offset = target.count - shape.count
    precondition(offset >= 0)
    return target.indices.map { dimension in
        guard dimension >= offset, shape[dimension - offset] != 1 else { return 0 }
        precondition(shape[dimension - offset] == target[dimension])
        return packed[dimension - offset]
    }
}

/// Calls `body` with the offset into each operand for every element of `shape`, in row-major order.
///
/// `strides[k]` are operand `k`'s strides as from `broadcastStrides`. The offsets buffer is reused between calls.
package func forEachBroadcastOffset(
    shape: [Int], strides: [[Int]], _ body: (_ element: Int, _ offsets: [Int]) -> Void
) {
    let count = shape.contains(0) ? 0 : shape.reduce(1, *)
    var index = [Int](repeating: 0, count: shape.count)
    var offsets = [Int](repeating: 0, count: strides.count)
    for element in 0..<count {
        body(element, offsets)
        var dimension = shape.count - 1
        while dimension >= 0 {
            index[dimension] += 1
            for operand in strides.indices { offsets[operand] += strides[operand][dimension] }
            if index[dimension] < shape[dimension] { break }
            for operand in strides.indices { offsets[operand] -= strides[operand][dimension] * shape[dimension] }
            index[dimension] = 0
            dimension -= 1
        }
    }
}
