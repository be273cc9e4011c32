import Foundation
import ModelGraph
import Tensors

extension AxisLines {
    /// Softmax of each line: subtract the greatest, exponentials in float32, their sum in ascending order, one division.
    func softmax(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
        forEach { _, start in
            let greatest = maximum(x, start)
            var sum: Float = 0
            for place in places(start) {
                y[place] = exp(x[place] - greatest)
                sum += y[place]
            }
            for place in places(start) { y[place] /= sum }
        }
    }

    /// The logarithm of `softmax`, as `x - max - log(sum)`.
    func logSoftmax(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
        forEach { _, start in
            let greatest = maximum(x, start)
            var sum: Float = 0
            for place in places(start) { sum += exp(x[place] - greatest) }
            let logarithm = log(sum)
            for place in places(start) { y[place] = x[place] - greatest - logarithm }
        }
    }

    private func places(_ start: Int) -> StrideTo<Int> { stride(from: start, to: start + length * inner, by: inner) }

    private func maximum(_ x: UnsafeBufferPointer<Float>, _ start: Int) -> Float {
        var greatest = -Float.infinity
        for place in places(start) where x[place] > greatest { greatest = x[place] }
        return greatest
    }
}
