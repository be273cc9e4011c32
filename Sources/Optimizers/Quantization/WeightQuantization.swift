import Tensors

/// Weights as int8 in [-127, 127] with zero point 0: one scale for each channel along `axis`, or one for all
/// (Krishnamoorthi 2018, arXiv:1806.08342, section 2.2). -128 is not used, so that negation cannot overflow.
package struct WeightQuantization: Equatable, Sendable {
    /// The integers, in the shape of the weights.
    package let values: Tensor
    /// One scale for each index along `axis`, or a single one.
    package let scales: [Float]
    /// The axis of the scales, nil for one scale.
    package let axis: Int?
    /// Positions in `scales` that a lower bound raised.
    package let raisedChannels: [Int]

    /// The largest integer.
    static let limit: Float = 127

    /// Quantizes to nearest.
    ///
    /// A channel that is all zero has no scale of its own and takes the largest of the tensor's, so that a bias on its
    /// grid stays as fine as the others; weights that are all zero take 1/127.
    /// - Parameters:
    ///   - weights: finite float32.
    ///   - minimumScales: lower bounds of the scales, as many as there are; nil for none.
    /// - Precondition: `axis` is a dimension of the weights.
    package init(_ weights: Tensor, axis: Int?, minimumScales: [Float]? = nil) {
        let elements = weights.elements(as: Float.self)
        let channels = axis.map { weights.shape[$0] } ?? 1
        let inner = axis.map { weights.shape[($0 + 1)...].reduce(1, *) } ?? max(elements.count, 1)
        var magnitudes = [Float](repeating: 0, count: channels)
        let lines = inner > 0 ? elements.count / inner : 0
        for line in 0..<lines {
            var largest = magnitudes[line % channels]
            for place in (line * inner)..<((line + 1) * inner) { largest = max(largest, elements[place].magnitude) }
            magnitudes[line % channels] = largest
        }
        let largest = magnitudes.max() ?? 0
        let fallback = largest > 0 ? largest : 1
        var scales = magnitudes.map { ($0 > 0 ? $0 : fallback) / WeightQuantization.limit }
        var raised: [Int] = []
        if let minimumScales {
            precondition(minimumScales.count == scales.count)
            for channel in scales.indices where minimumScales[channel] > scales[channel] {
                scales[channel] = minimumScales[channel]
                raised.append(channel)
            }
        }
        raisedChannels = raised
        let allowed = ActivationQuantization.scales
        scales = scales.map { min(max($0, allowed.lowerBound), allowed.upperBound) }
        var integers = [Int8](repeating: 0, count: elements.count)
        for line in 0..<lines {
            let scale = scales[line % channels]
            for place in (line * inner)..<((line + 1) * inner) {
                let rounded = (elements[place] / scale).rounded(.toNearestOrEven)
                integers[place] = Int8(min(max(rounded, -WeightQuantization.limit), WeightQuantization.limit))
            }
        }
        values = Tensor(integers, shape: weights.shape)
        self.scales = scales
        self.axis = axis
    }

    /// Other integers on the same scales.
    ///
    /// - Precondition: int8 in the shape of the weights.
    func with(_ integers: Tensor) -> WeightQuantization {
        precondition(integers.type == values.type)
        return WeightQuantization(values: integers, scales: scales, axis: axis, raisedChannels: raisedChannels)
    }

    private init(values: Tensor, scales: [Float], axis: Int?, raisedChannels: [Int]) {
        (self.values, self.scales, self.axis, self.raisedChannels) = (values, scales, axis, raisedChannels)
    }

    /// The scales as an initializer: of rank 1 along an axis, of rank 0 without one.
    package var scaleTensor: Tensor { axis == nil ? Tensor(scales, shape: []) : Tensor(scales) }

    /// Zeros in the shape of the scales.
    package var zeroPointTensor: Tensor {
        Tensor([Int8](repeating: 0, count: scales.count), shape: axis == nil ? [] : [scales.count])
    }
}
