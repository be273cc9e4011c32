import Lowering

extension TensorQuantization {
    /// Scales between which kernels divide exactly by a corrected reciprocal: nothing on the way is subnormal.
    static let exactScales: ClosedRange<Float> = 0x1p-60...0x1p60

    /// Whether kernels divide exactly by its scale.
    var isExact: Bool { TensorQuantization.exactScales.contains(scale) }
}
