import Tensors

/// A walk over a shape with two operands that broadcast to it, as runs in which each operand stands still or goes on by
/// one element.
///
/// Neighbouring dimensions that both operands cross alike are one: operands of equal shape are a single run, and so are a
/// tensor and a scalar.
struct BroadcastWalk {
    let runLength: Int
    /// 0 or 1.
    let leftStride: Int
    /// 0 or 1.
    let rightStride: Int
    private var outer: [Dimension] = []

    private struct Dimension {
        var size: Int
        var left: Int
        var right: Int
    }

    /// - Precondition: `left` and `right` broadcast to `shape`.
    init(shape: [Int], left: [Int], right: [Int]) {
        // Strides of a tensor without elements could overflow beside its 0.
        guard !shape.contains(0) else {
            (runLength, leftStride, rightStride) = (0, 0, 0)
            outer = [Dimension(size: 0, left: 0, right: 0)]
            return
        }
        let lefts = broadcastStrides(left, to: shape)
        let rights = broadcastStrides(right, to: shape)
        var merged: [Dimension] = []
        for index in shape.indices where shape[index] != 1 {
            let next = Dimension(size: shape[index], left: lefts[index], right: rights[index])
            if let last = merged.last, last.left == next.left * next.size, last.right == next.right * next.size {
                merged[merged.count - 1] = Dimension(size: last.size * next.size, left: next.left, right: next.right)
            } else {
                merged.append(next)
            }
        }
        let inner = merged.popLast() ?? Dimension(size: 1, left: 0, right: 0)
        (runLength, leftStride, rightStride) = (inner.size, inner.left, inner.right)
        outer = merged
    }

    /// Calls `body` with the offsets at which each run starts, in row-major order.
    @inline(__always)
    func forEachRun(_ body: (_ result: Int, _ left: Int, _ right: Int) -> Void) {
        var index = [Int](repeating: 0, count: outer.count)
        var (result, left, right) = (0, 0, 0)
        let runs = outer.reduce(1) { $0 * $1.size }
        for _ in 0..<runs {
            body(result, left, right)
            result += runLength
            var dimension = outer.count - 1
            while dimension >= 0 {
                let step = outer[dimension]
                index[dimension] += 1
                left += step.left
                right += step.right
                if index[dimension] < step.size { break }
                left -= step.left * step.size
                right -= step.right * step.size
                index[dimension] = 0
                dimension -= 1
            }
        }
    }

    /// Writes `function` of each pair of elements.
    ///
    /// `result` may be the memory of an operand of the result's own shape.
    @inline(__always)
    func combine<Left, Right, Result>(
        _ left: UnsafeBufferPointer<Left>, _ right: UnsafeBufferPointer<Right>,
        into result: UnsafeMutableBufferPointer<Result>, _ function: (Left, Right) -> Result
    ) where Result: BitwiseCopyable {
        // Pointers to the start of each run, for loops that the compiler can vectorise. No elements, no runs.
        guard let left = left.baseAddress, let right = right.baseAddress, let result = result.baseAddress else {
            return
        }
        let length = runLength
        switch (leftStride, rightStride) {
        case (0, 0):
            forEachRun { start, l, r in
                (result + start).update(repeating: function(left[l], right[r]), count: length)
            }
        case (0, _):
            forEachRun { start, l, r in
                let (value, right, result) = (left[l], right + r, result + start)
                for index in 0..<length { result[index] = function(value, right[index]) }
            }
        case (_, 0):
            forEachRun { start, l, r in
                let (left, value, result) = (left + l, right[r], result + start)
                for index in 0..<length { result[index] = function(left[index], value) }
            }
        default:
            forEachRun { start, l, r in
                let (left, right, result) = (left + l, right + r, result + start)
                for index in 0..<length { result[index] = function(left[index], right[index]) }
            }
        }
    }
}
