import Tensors

/// Float images that already lie as the model wants them, one plane a channel: only their values may have to change.
///
/// The same values as `ImagePreparation` gives, without taking images apart and putting them together again.
struct PlanarPreparation {
    private let preprocessing: Preprocessing

    /// Nil where anything moves but whole planes.
    init?(_ preprocessing: Preprocessing) {
        guard preprocessing.layout == .nchw, preprocessing.modelLayout == .nchw, preprocessing.resize == nil,
            preprocessing.crop == nil
        else { return nil }
        self.preprocessing = preprocessing
    }

    /// - Parameter rows: `[N, C, H, W]` of float32.
    /// - Throws: `.invalidInput` where mean and std are for another number of channels.
    func batch(_ rows: Tensor) throws(HoneError) -> Tensor {
        let images = ImagePreparation(preprocessing: preprocessing)
        let channels = rows.shape[1]
        let affine = try images.affine(channels: channels)
        let sources = images.channelSources(channels)
        let isInOrder = sources == Array(0..<channels)
        guard preprocessing.changesValues || !isInOrder else { return rows }
        let plane = rows.shape[2] * rows.shape[3]
        let elements = rows.withElements(of: Float.self) { source in
            [Float](unsafeUninitializedCapacity: source.count) { target, count in
                for start in stride(from: 0, to: source.count, by: max(channels * plane, 1)) {
                    for channel in 0..<channels {
                        let from = start + sources[channel] * plane
                        for pixel in 0..<plane {
                            let value = source[from + pixel]
                            target[start + channel * plane + pixel] =
                                preprocessing.changesValues ? affine.apply(value, channel: channel) : value
                        }
                    }
                }
                count = source.count
            }
        }
        return Tensor(elements, shape: rows.shape)
    }
}
