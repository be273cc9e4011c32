import Tensors

/// Samples that are image files, decoded when their batch is asked for.
struct ImageSamples: SampleSource {
    private let list: ImageList
    private let preparation: ArrayPreparation
    private let channels: Int

    init(_ list: ImageList, inputs: [InputRequirement], preprocessing: Preprocessing) throws(HoneError) {
        guard inputs.count == 1, let input = inputs.first else {
            throw HoneError(.invalidInput, "images feed one input, but the model has \(inputs.count)")
        }
        guard input.shape == nil || input.shape?.count == 4 else {
            throw HoneError(.invalidInput, "input '\(input.name)' is \(input.description), which is no batch of images")
        }
        let channelAxis = preprocessing.modelLayout == .nchw ? 1 : 3
        let wanted = input.shape.flatMap { $0[channelAxis] } ?? 3
        guard wanted == 1 || wanted == 3 else {
            throw HoneError(
                .invalidInput,
                "input '\(input.name)' is \(input.description), with \(wanted) channels; images have 1 or 3",
                remedy: "a model in NHWC layout needs \"modelLayout\": \"NHWC\" in the preprocessing")
        }
        self.list = list
        channels = wanted
        preparation = ArrayPreparation(input: input, preprocessing: preprocessing, normalisesAnyRank: true)
    }

    var count: Int { list.paths.count }
    var labels: [Int]? { list.labels }
    var classNames: [String]? { list.classNames }

    func batch(_ range: Range<Int>) throws(HoneError) -> [String: Tensor] {
        var batch: [Image<UInt8>] = []
        for path in list.paths[range] {
            let image = try decoded(path)
            if let first = batch.first, (first.width, first.height) != (image.width, image.height) {
                throw HoneError(
                    .invalidInput,
                    "is \(image.width) x \(image.height) pixels, others of its batch \(first.width) x \(first.height)",
                    remedy:
                        "give all images one size, --resize \(first.width)x\(first.height), or run them one by one, --batch 1",
                    file: path)
            }
            batch.append(image)
        }
        return try feed(batch)
    }

    func feeds(_ range: Range<Int>) throws(HoneError) -> [[String: Tensor]] {
        var feeds: [[String: Tensor]] = []
        var batch: [Image<UInt8>] = []
        for path in list.paths[range] {
            let image = try decoded(path)
            if let first = batch.first, (first.width, first.height) != (image.width, image.height) {
                feeds.append(try feed(batch))
                batch.removeAll(keepingCapacity: true)
            }
            batch.append(image)
        }
        if !batch.isEmpty { feeds.append(try feed(batch)) }
        return feeds
    }

    /// An image in the size that preprocessing gives it.
    ///
    /// - Throws: what decoding throws; `.invalidInput`, naming the file, if it does not fit the model.
    private func decoded(_ path: String) throws(HoneError) -> Image<UInt8> {
        let preprocessing = preparation.preprocessing
        do throws(HoneError) {
            let images = ImagePreparation(preprocessing: preprocessing)
            let image = try images.fitted(try ImageFile.decode(path: path, channels: channels))
            let isPlanar = preprocessing.modelLayout == .nchw
            let shape = isPlanar ? [channels, image.height, image.width] : [image.height, image.width, channels]
            try preparation.input.check(sampleShape: shape, preprocessing)
            return image
        } catch {
            throw error.inFile(path)
        }
    }

    private func feed(_ images: [Image<UInt8>]) throws(HoneError) -> [String: Tensor] {
        [preparation.input.name: try preparation.prepare(images)]
    }
}
