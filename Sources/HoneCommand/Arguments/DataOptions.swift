import Datasets
import Hone

/// `--data` and how its samples become what a model is fed.
enum DataOptions {
    static let data = OptionSpecification.value(
        "--data", "D", "samples: .npy, .npz, an image, a folder of images (class sub-folders), a list, test_data_set_*")

    static let preprocessing: [OptionSpecification] = [
        .value("--div", "X", "divide every value by this first (default 1)"),
        .value("--mean", "X[,X,X]", "then subtract this, one value or one per channel (default 0)"),
        .value("--std", "X[,X,X]", "then divide by this, one value or one per channel (default 1)"),
        .value("--layout", "NHWC|NCHW", "axes of image arrays in the data (default NHWC)"),
        .value("--channels", "RGB|BGR", "order of colours that the model wants (default RGB)"),
        .value("--resize", "S|WxH", "resize images: the shorter side to S, or to exactly W x H"),
        .value("--crop", "S|WxH", "then cut this from the middle"),
        .value("--preprocess", "FILE.json", "all of these as JSON: div, mean, std, layout, channelOrder, resize, crop"),
    ]

    /// Whether any option of preprocessing is given.
    static func arePreprocessing(_ arguments: ParsedArguments) -> Bool {
        preprocessing.contains { arguments.has($0.name) }
    }

    /// The file's values, with single options on top.
    static func parsePreprocessing(_ arguments: ParsedArguments) throws -> Preprocessing {
        var values = Preprocessing()
        if let path = arguments.value("--preprocess") { values = try Preprocessing.read(path: path) }
        if let div = try arguments.number("--div") { values.div = Float(div) }
        if let mean = try arguments.numbers("--mean") { values.mean = mean }
        if let std = try arguments.numbers("--std") { values.std = std }
        if let layout = try arguments.choice("--layout", of: Preprocessing.Layout.self) { values.layout = layout }
        if let order = try arguments.choice("--channels", of: Preprocessing.ChannelOrder.self) {
            values.channelOrder = order
        }
        if let resize = try size("--resize", arguments) { values.resize = resize }
        if let crop = try size("--crop", arguments) { values.crop = crop }
        try values.validate()
        return values
    }

    /// Opens data for a model's inputs.
    static func open(_ path: String, for model: Model, _ preprocessing: Preprocessing) throws -> Dataset {
        try Dataset.open(path: path, inputs: model.inputs.map(requirement), preprocessing: preprocessing)
    }

    static func requirement(_ input: ModelValue) -> InputRequirement {
        InputRequirement(name: input.name, elementType: input.elementType, shape: input.shape)
    }

    private static func size(_ option: String, _ arguments: ParsedArguments) throws -> ImageSize? {
        guard let text = arguments.value(option) else { return nil }
        guard let size = ImageSize(text) else { throw arguments.fail("\(option) needs S or WxH, not '\(text)'") }
        return size
    }
}

extension Preprocessing {
    /// The arithmetic as a reader writes it: `(x / 255 - 0.5) / 0.25`, without the parts that change nothing.
    var formula: String {
        func list(_ values: [Float]) -> String {
            let texts = values.map { $0 == $0.rounded() && abs($0) < 1e6 ? "\(Int($0))" : "\($0)" }
            return texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
        }
        var text = "x"
        if div != 1 { text += " / " + list([div]) }
        if mean.contains(where: { $0 != 0 }) { text = "(\(text) - \(list(mean)))" }
        if std.contains(where: { $0 != 1 }) { text += " / " + list(std) }
        return text == "x" ? "they are" : text
    }
}

extension ParsedArguments {
    /// One of an enumeration's spellings, in any case.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ option: String, of _: Choice.Type
    ) throws(UsageError) -> Choice? where Choice.RawValue == String {
        guard let text = value(option) else { return nil }
        guard let choice = Choice.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw fail("\(option) is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")), not '\(text)'")
        }
        return choice
    }
}
