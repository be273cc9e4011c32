import Tensors

/// A packed tensor as lines along neighbouring axes: `outer * inner` lines of `length` elements that lie `inner` apart.
package struct AxisLines: Sendable {
    package let outer: Int
    package let length: Int
    package let inner: Int

    /// - Precondition: `axes` are dimensions of `shape`, whose elements can be counted.
    package init(_ shape: [Int], axes: Range<Int>) {
        // A tensor of no elements has no lines; the product of its other dimensions may overflow.
        guard !shape.contains(0) else {
            (outer, length, inner) = (0, 0, 0)
            return
        }
        outer = shape[..<axes.lowerBound].reduce(1, *)
        length = shape[axes].reduce(1, *)
        inner = shape[axes.upperBound...].reduce(1, *)
    }

    /// Lines along one axis.
    package init(_ shape: [Int], axis: Int) { self.init(shape, axes: axis..<(axis + 1)) }

    /// Calls `body` for each line, in row-major order, with its number and the offset of its first element.
    @inlinable package func forEach(_ body: (_ line: Int, _ start: Int) -> Void) {
        for outer in 0..<outer {
            for inner in 0..<inner { body(outer * self.inner + inner, outer * length * self.inner + inner) }
        }
    }
}
