import Tensors

/// A bias as int32 on the grid of the accumulator: scale `sx * sw[c]`, zero point 0.
package struct BiasQuantization: Equatable, Sendable {
    /// The integers, one for each output channel.
    package let values: Tensor
    /// `sx * sw[c]`, rounded to float32; one for each channel, or a single one.
    package let scales: [Float]

    /// The largest magnitude of a quantized bias: half of what int32 holds, so that the products of a convolution, at
    /// most 2^30 for 33,000 inputs an output, still fit beside it.
    static let limit = Double(1 << 30)

    /// Quantizes to nearest.
    ///
    /// - Parameters:
    ///   - bias: finite, one element for each output channel.
    ///   - weightScales: one for each channel, or a single one.
    /// - Precondition: the counts fit each other.
    package init(_ bias: [Float], inputScale: Float, weightScales: [Float]) {
        precondition(weightScales.count == 1 || weightScales.count == bias.count)
        scales = weightScales.map { inputScale * $0 }
        let grid = scales
        let integers = bias.enumerated().map { channel, value in
            let steps = Double(value) / Double(grid[grid.count == 1 ? 0 : channel])
            let rounded = steps.rounded(.toNearestOrEven)
            // The product of the scales is rounded, so a bias at the limit may end up just beyond it.
            return Int32(min(max(rounded, -2 * BiasQuantization.limit + 1), 2 * BiasQuantization.limit - 1))
        }
        values = Tensor(integers)
    }

    /// The smallest weight scales with which a bias fits into `limit`: where a channel's own scale is smaller, its weights
    /// lose resolution, but the bias, which would have wrapped, is right.
    package static func minimumWeightScales(_ bias: [Float], inputScale: Float, perChannel: Bool) -> [Float] {
        let smallest = bias.map { Float(Double($0.magnitude) / (Double(inputScale) * limit)).nextUp }
        return perChannel ? smallest : [smallest.max() ?? 0]
    }

    /// The scales as an initializer: of rank 1 if there is one for each channel, else of rank 0.
    package func scaleTensor(perChannel: Bool) -> Tensor { Tensor(scales, shape: perChannel ? [scales.count] : []) }
}
