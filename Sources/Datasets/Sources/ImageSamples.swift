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
        let preprocessing = preparation.preprocessing
        let images = ImagePreparation(preprocessing: preprocessing)
        var batch: [Image<UInt8>] = []
        for path in list.paths[range] {
            do throws(HoneError) {
                let image = try images.fitted(try ImageFile.decode(path: path, channels: channels))
                let isPlanar = preprocessing.modelLayout == .nchw
                let shape = isPlanar ? [channels, image.height, image.width] : [image.height, image.width, channels]
                try preparation.input.check(sampleShape: shape, preprocessing)
                if let first = batch.first, (first.width, first.height) != (image.width, image.height) {
                    throw HoneError(
                        .invalidInput,
                        "is \(image.width) x \(image.height) pixels, others of its batch \(first.width) x \(first.height)",
                        remedy: "give all images one size: --resize \(first.width)x\(first.height)")
                }
                batch.append(image)
            } catch {
                throw error.inFile(path)
            }
        }
        return [preparation.input.name: try preparation.prepare(batch)]
    }
}
