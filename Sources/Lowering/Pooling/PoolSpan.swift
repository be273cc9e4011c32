import ModelGraph
import Tensors

/// The taps of one output of a pool, along one dimension, that lie inside the image: never none.
package struct PoolSpan: Sendable, Hashable {
    /// The input coordinate of the first; the others follow a dilation apart.
    package let first: Int
    package let taps: Int
    /// What an average divides by along this dimension.
    package let divisor: Int

    /// The span of each output.
    ///
    /// - Parameter countsPadding: whether an average divides by the taps in the padding too.
    /// - Throws: `.unsupported` if a window lies wholly in the padding: what it holds is defined by nobody.
    package static func along(
        _ dimension: Int, of window: SlidingWindow, countsPadding: Bool
    ) throws(HoneError) -> [PoolSpan] {
        let (dilation, size) = (window.dilations[dimension], window.input[dimension])
        let end = size + window.padsEnd[dimension]
        var spans: [PoolSpan] = []
        spans.reserveCapacity(window.output[dimension])
        for output in 0..<window.output[dimension] {
            let start = output * window.strides[dimension] - window.padsBegin[dimension]
            func taps(below limit: Int) -> Int {
                start >= limit ? 0 : min(window.kernel[dimension], (limit - 1 - start) / dilation + 1)
            }
            let skipped = start < 0 ? (dilation - 1 - start) / dilation : 0
            let inside = taps(below: size) - skipped
            guard inside > 0 else {
                throw HoneError(.unsupported, "pads of dimension \(dimension) leave a window without input")
            }
            spans.append(
                PoolSpan(
                    first: start + skipped * dilation, taps: inside,
                    // An incomplete last window reaches beyond the padding; those taps count nowhere.
                    divisor: countsPadding ? taps(below: end) : inside))
        }
        return spans
    }
}
