import ModelGraph
import Tensors

/// What a synthetic model is made of.
package struct SyntheticSettings: Sendable {
    package var network: SyntheticNetwork
    package var arithmetic = LayerArithmetic.int8
    /// Height and width of the input images.
    package var imageSide = 224
    /// The share of weight blocks that is zero, in every convolution but the first and depthwise ones.
    package var sparsity = 0.0
    package var seed: UInt64 = 1

    package init(_ network: SyntheticNetwork) { self.network = network }
}

extension Model {
    /// A network with weights from a seed: float, or a QDQ model as the quantizer makes it, calibrated on one image of noise.
    /// The input is `input`, float32 [N, 3, side, side]; the output is `output`, float32 [N, 1000].
    ///
    /// - Throws: `.outOfMemory` if the machine has no room for it.
    package static func synthetic(_ settings: SyntheticSettings) throws(HoneError) -> Model {
        precondition(settings.imageSide >= 32 && (0...1).contains(settings.sparsity))
        let model = Model(
            graph: SyntheticGraph.make(
                settings.network, imageSide: settings.imageSide, sparsity: settings.sparsity,
                arithmetic: settings.arithmetic, seed: settings.seed))
        try model.graph.validate()
        guard settings.arithmetic == .int8 else { return model }
        // The cpu device, whatever is measured later: the same model everywhere.
        var feeds = [try model.randomFeed([:], seed: settings.seed)]
        return try model.quantized(device: .cpu) { feeds.popLast() }.model
    }
}
