import Tensors

/// Turns rows of an array into what a model's input is fed.
struct ArrayPreparation: Sendable {
    let input: InputRequirement
    let preprocessing: Preprocessing
    /// Whether arrays that are no image batches are normalised too: not where a model has several inputs, of which
    /// only the images are meant.
    let normalisesAnyRank: Bool

    /// Whether an array of that rank is a batch of images for this input.
    func isImageBatch(rank: Int) -> Bool { rank == 4 && (input.shape == nil || input.shape?.count == 4) }

    /// The shape of one prepared sample.
    ///
    /// - Throws: `.invalidInput` or `.invalidOption` if samples of `shape` cannot be fed.
    func check(arrayShape shape: [Int]) throws(HoneError) {
        guard shape.count == 4, isImageBatch(rank: 4) else {
            guard !normalisesAnyRank || (preprocessing.resize == nil && preprocessing.crop == nil) else {
                throw HoneError(
                    .invalidOption, "--resize and --crop are for images, but the array has shape \(shape)",
                    remedy: "image arrays have 4 dimensions, such as (N, height, width, channels)")
            }
            guard !normalisesAnyRank || !Affine(preprocessing).isPerChannel else {
                throw HoneError(
                    .invalidOption, "mean and std per channel are for images, but the array has shape \(shape)")
            }
            return try input.check(sampleShape: Array(shape.dropFirst()), preprocessing)
        }
        var (height, width, channels) = sides(shape)
        guard height > 0, width > 0, channels > 0 else {
            throw HoneError(.invalidInput, "the images are empty: the array has shape \(shape)")
        }
        if let resize = preprocessing.resize { (width, height) = resize.resized(width: width, height: height) }
        if let crop = preprocessing.crop { (width, height) = (crop.width, crop.height) }
        let isPlanar = preprocessing.modelLayout == .nchw
        try input.check(
            sampleShape: isPlanar ? [channels, height, width] : [height, width, channels], preprocessing)
    }

    /// The rows as the input wants them.
    func prepare(_ rows: Tensor) throws(HoneError) -> Tensor {
        guard isImageBatch(rank: rows.shape.count) else {
            guard preprocessing.changesValues, normalisesAnyRank else { return try input.converted(rows) }
            try refuseIntegerInput()
            let affine = Affine(preprocessing)
            let values = rows.floats().map { affine.apply($0, channel: 0) }
            return try input.converted(Tensor(values, shape: rows.shape))
        }
        let images = ImagePreparation(preprocessing: preprocessing)
        let wantsIntegers = input.elementType.map { !$0.isFloatingPoint } ?? !preprocessing.changesValues
        switch rows.elementType {
        case .uint8:
            let fitted = try self.images(rows, of: UInt8.self).map { image throws(HoneError) in try images.fitted(image)
            }
            return try prepare(fitted)
        case .int8 where wantsIntegers:
            try refuseIntegerInput()
            guard preprocessing.resize == nil, preprocessing.crop == nil else {
                throw HoneError(.unsupported, "int8 images are not resized")
            }
            return try input.converted(images.unchanged(self.images(rows, of: Int8.self), zero: 0))
        default:
            let floats = rows.elementType == .float32 ? rows : Tensor(rows.floats(), shape: rows.shape)
            if let planar = PlanarPreparation(preprocessing) { return try input.converted(planar.batch(floats)) }
            let fitted = try self.images(floats, of: Float.self).map { image throws(HoneError) in
                try images.fitted(image)
            }
            return try input.converted(images.batch(fitted))
        }
    }

    /// Byte images of equal size, already resized and cropped, as the input wants them.
    func prepare(_ fitted: [Image<UInt8>]) throws(HoneError) -> Tensor {
        let images = ImagePreparation(preprocessing: preprocessing)
        let wantsIntegers = input.elementType.map { !$0.isFloatingPoint } ?? !preprocessing.changesValues
        guard wantsIntegers else { return try input.converted(images.batch(fitted)) }
        try refuseIntegerInput()
        return try input.converted(images.unchanged(fitted, zero: 0))
    }

    private func refuseIntegerInput() throws(HoneError) {
        guard preprocessing.changesValues, let type = input.elementType, !type.isFloatingPoint else { return }
        throw HoneError(
            .invalidOption, "input '\(input.name)' wants \(type), but --div, --mean and --std make real numbers",
            remedy: "feed the integers as they are")
    }

    private func sides(_ shape: [Int]) -> (height: Int, width: Int, channels: Int) {
        preprocessing.layout == .nhwc ? (shape[1], shape[2], shape[3]) : (shape[2], shape[3], shape[1])
    }

    /// The rows as interleaved images.
    private func images<Element: TensorElement>(_ rows: Tensor, of _: Element.Type) -> [Image<Element>] {
        let (height, width, channels) = sides(rows.shape)
        let size = height * width * channels
        let pixelCount = height * width
        return rows.withElements(of: Element.self) { elements in
            (0..<rows.shape[0]).map { index in
                let sample = UnsafeBufferPointer(rebasing: elements[(index * size)..<((index + 1) * size)])
                guard preprocessing.layout == .nchw, channels > 1 else {
                    return Image(width: width, height: height, channels: channels, pixels: Array(sample))
                }
                let pixels = [Element](unsafeUninitializedCapacity: size) { target, count in
                    for pixel in 0..<pixelCount {
                        for channel in 0..<channels {
                            target.initializeElement(at: count, to: sample[channel * pixelCount + pixel])
                            count += 1
                        }
                    }
                }
                return Image(width: width, height: height, channels: channels, pixels: pixels)
            }
        }
    }
}
