import CMicrokernels
import Tensors

/// A number that convolutions and matrix products accumulate in: float by fused multiply-adds, int32 wrapping.
protocol TapElement: TensorElement, Numeric {
    /// `output[i]` becomes the chain that starts from `start[i * startStride]` and takes `weights[t] * x[offsets[t] + i]`
    /// for every tap `t`, in order.
    static func accumulateTaps(
        into output: UnsafeMutablePointer<Self>, start: UnsafePointer<Self>, startStride: Int, x: UnsafePointer<Self>,
        offsets: UnsafePointer<Int>, weights: UnsafePointer<Self>, tapCount: Int, count: Int)
}

extension Float: TapElement {
    static func accumulateTaps(
        into output: UnsafeMutablePointer<Float>, start: UnsafePointer<Float>, startStride: Int,
        x: UnsafePointer<Float>, offsets: UnsafePointer<Int>, weights: UnsafePointer<Float>, tapCount: Int, count: Int
    ) {
        mk_taps_fma_f32(output, start, startStride, x, offsets, weights, tapCount, count)
    }
}

extension Int32: TapElement {
    static func accumulateTaps(
        into output: UnsafeMutablePointer<Int32>, start: UnsafePointer<Int32>, startStride: Int,
        x: UnsafePointer<Int32>, offsets: UnsafePointer<Int>, weights: UnsafePointer<Int32>, tapCount: Int, count: Int
    ) {
        mk_taps_mac_s32(output, start, startStride, x, offsets, weights, tapCount, count)
    }
}
