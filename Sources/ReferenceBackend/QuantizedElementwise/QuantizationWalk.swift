import ModelGraph
import Runtime
import Tensors

/// A walk over a tensor as runs of neighbouring elements that go with one scale, or with neighbouring scales.
struct QuantizationWalk {
    private let lines: AxisLines
    /// Scales along the axis; 1 for the whole tensor.
    private let scaleCount: Int
    /// Elements along the axis to a scale.
    private let blockSize: Int
    /// 1 where neighbouring elements of a run have neighbouring scales, 0 where they share one.
    let scaleStride: Int

    init(_ spread: QuantizationSpread, shape: [Int]) {
        switch spread {
        case .tensor:
            lines = AxisLines([TensorType(.uint8, shape).elementCount], axis: 0)
            (scaleCount, blockSize, scaleStride) = (1, lines.length, 0)
        case .axis(let axis):
            lines = AxisLines(shape, axis: axis)
            (scaleCount, blockSize, scaleStride) = (lines.length, 1, 0)
        case .blocks(let axis, let size):
            lines = AxisLines(shape, axis: axis)
            (scaleCount, blockSize, scaleStride) = (lines.length / size + (lines.length % size == 0 ? 0 : 1), size, 1)
        }
    }

    /// Calls `body` with each run's elements and its first scale.
    @inline(__always)
    func forEachRun(_ body: (_ elements: Range<Int>, _ scale: Int) -> Void) {
        guard lines.outer * lines.length * lines.inner > 0 else { return }
        if scaleStride == 0 {
            // Whole blocks lie together: all inner elements share the scale.
            for outer in 0..<lines.outer {
                for scale in 0..<scaleCount {
                    let start = (outer * lines.length + scale * blockSize) * lines.inner
                    body(start..<(start + blockSize * lines.inner), scale)
                }
            }
            return
        }
        for outer in 0..<lines.outer {
            for index in 0..<lines.length {
                let start = (outer * lines.length + index) * lines.inner
                body(start..<(start + lines.inner), (outer * scaleCount + index / blockSize) * lines.inner)
            }
        }
    }
}

extension [TensorView?] {
    /// The scales of QuantizeLinear and DequantizeLinear, checked.
    func scales() throws(HoneError) -> UnsafeBufferPointer<Float> {
        let scales = required(1).elements(as: Float.self)
        for scale in scales { try checkScale(scale) }
        return scales
    }

    /// The zero points of QuantizeLinear and DequantizeLinear, 0 where there are none.
    func zeroPoints() -> [Int32] {
        guard let points = optional(2) else { return [Int32](repeating: 0, count: required(1).elementCount) }
        return (0..<points.elementCount).map { points.quantizedElement($0) }
    }
}
