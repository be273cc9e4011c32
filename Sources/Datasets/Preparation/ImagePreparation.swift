import Tensors

/// Resizes, crops, reorders and normalises images, and lays them out as the model wants them.
struct ImagePreparation: Sendable {
    let preprocessing: Preprocessing

    /// Resizes and crops.
    ///
    /// - Throws: `.invalidInput` if the crop is larger than the image.
    func fitted<Element: ResamplableElement>(_ image: Image<Element>) throws(HoneError) -> Image<Element> {
        var image = image
        if let resize = preprocessing.resize {
            let (width, height) = resize.resized(width: image.width, height: image.height)
            let bytesPerPixel = max(1, image.channels * Element.elementType.byteCount)
            guard ImageLimits.fits(width: width, height: height, bytesPerPixel: bytesPerPixel) else {
                throw HoneError(
                    .invalidInput, "an image of \(image.width) x \(image.height) would become \(width) x \(height)")
            }
            image = image.resized(width: width, height: height)
        }
        if let crop = preprocessing.crop {
            guard crop.width <= image.width, crop.height <= image.height else {
                throw HoneError(
                    .invalidInput,
                    "a crop of \(crop.width) x \(crop.height) does not fit an image of \(image.width) x \(image.height)",
                    remedy: "resize to at least the crop first: --resize \(max(crop.width, crop.height))")
            }
            image = image.croppedToCenter(width: crop.width, height: crop.height)
        }
        return image
    }

    /// The position in the source of each channel that the model sees.
    func channelSources(_ count: Int) -> [Int] {
        preprocessing.channelOrder == .bgr && count == 3 ? [2, 1, 0] : Array(0..<count)
    }

    /// Normalises byte images of equal size to float32 in the model's layout.
    func batch(_ images: [Image<UInt8>]) throws(HoneError) -> Tensor {
        let affine = try affine(channels: images.first?.channels ?? 0)
        let tables = (0..<(images.first?.channels ?? 0)).map { affine.table(channel: $0) }
        return arranged(images, zero: Float(0)) { value, channel in tables[channel][Int(value)] }
    }

    /// Normalises float images of equal size to float32 in the model's layout.
    func batch(_ images: [Image<Float>]) throws(HoneError) -> Tensor {
        let affine = try affine(channels: images.first?.channels ?? 0)
        guard preprocessing.changesValues else { return arranged(images, zero: Float(0)) { value, _ in value } }
        return arranged(images, zero: Float(0)) { value, channel in affine.apply(value, channel: channel) }
    }

    /// Images of equal size in the model's layout, values untouched.
    func unchanged<Element: TensorElement>(_ images: [Image<Element>], zero: Element) -> Tensor {
        arranged(images, zero: zero) { value, _ in value }
    }

    /// - Throws: `.invalidInput` where mean and std are given for another number of channels.
    func affine(channels: Int) throws(HoneError) -> Affine {
        let affine = Affine(preprocessing)
        guard !affine.isPerChannel || affine.channelCount == channels else {
            throw HoneError(
                .invalidInput, "mean and std are given for \(affine.channelCount) channels, but images have \(channels)"
            )
        }
        return affine
    }

    private func arranged<Source: TensorElement, Target: TensorElement>(
        _ images: [Image<Source>], zero: Target, _ transform: (Source, Int) -> Target
    ) -> Tensor {
        guard let first = images.first else { return Tensor([Target](), shape: [0]) }
        precondition(
            images.allSatisfy {
                $0.width == first.width && $0.height == first.height && $0.channels == first.channels
            })
        let channels = first.channels
        let pixelCount = first.width * first.height
        let isPlanar = preprocessing.modelLayout == .nchw
        let sources = channelSources(channels)
        var elements = [Target](repeating: zero, count: images.count * channels * pixelCount)
        for (index, image) in images.enumerated() {
            let start = index * channels * pixelCount
            for channel in 0..<channels {
                let source = sources[channel]
                for pixel in 0..<pixelCount {
                    let target = isPlanar ? channel * pixelCount + pixel : pixel * channels + channel
                    elements[start + target] = transform(image.pixels[pixel * channels + source], channel)
                }
            }
        }
        let shape = isPlanar ? [channels, first.height, first.width] : [first.height, first.width, channels]
        return Tensor(elements, shape: [images.count] + shape)
    }
}
