import Tensors

extension Preprocessing: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case div, mean, std, layout, modelLayout, channelOrder, resize, crop
    }

    /// Any key, so that unknown ones can be named.
    private struct AnyKey: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    package init(from decoder: any Decoder) throws {
        let known = Key.allCases.map(\.rawValue)
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        where !known.contains(key) {
            throw HoneError(
                .invalidOption, "preprocessing has no key '\(key)'; the keys are \(known.joined(separator: ", "))")
        }
        self.init()
        let container = try decoder.container(keyedBy: Key.self)
        if let div = try container.decodeIfPresent(Float.self, forKey: .div) { self.div = div }
        if let mean = try Self.oneOrMore(container, .mean) { self.mean = mean }
        if let std = try Self.oneOrMore(container, .std) { self.std = std }
        if let layout: Layout = try Self.choice(container, .layout) { self.layout = layout }
        if let layout: Layout = try Self.choice(container, .modelLayout) { modelLayout = layout }
        if let order: ChannelOrder = try Self.choice(container, .channelOrder) { channelOrder = order }
        resize = try Self.size(container, .resize)
        crop = try Self.size(container, .crop)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(div, forKey: .div)
        try container.encode(mean, forKey: .mean)
        try container.encode(std, forKey: .std)
        try container.encode(layout.rawValue, forKey: .layout)
        try container.encode(modelLayout.rawValue, forKey: .modelLayout)
        try container.encode(channelOrder.rawValue, forKey: .channelOrder)
        try container.encodeIfPresent(resize?.description, forKey: .resize)
        try container.encodeIfPresent(crop?.description, forKey: .crop)
    }

    private static func oneOrMore(_ container: KeyedDecodingContainer<Key>, _ key: Key) throws -> [Float]? {
        guard container.contains(key), try !container.decodeNil(forKey: key) else { return nil }
        if let single = try? container.decode(Float.self, forKey: key) { return [single] }
        return try container.decode([Float].self, forKey: key)
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ container: KeyedDecodingContainer<Key>, _ key: Key
    ) throws -> Choice? {
        guard let text = try container.decodeIfPresent(String.self, forKey: key) else { return nil }
        guard let choice = Choice(rawValue: text.uppercased()) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: " or ")
            throw HoneError(.invalidOption, "'\(key.rawValue)' is '\(text)'; it has to be \(choices)")
        }
        return choice
    }

    private static func size(_ container: KeyedDecodingContainer<Key>, _ key: Key) throws -> ImageSize? {
        guard container.contains(key), try !container.decodeNil(forKey: key) else { return nil }
        let text =
            if let side = try? container.decode(Int.self, forKey: key) { "\(side)" } else {
                try container.decode(String.self, forKey: key)
            }
        guard let size = ImageSize(text) else {
            throw HoneError(
                .invalidOption, "'\(key.rawValue)' is '\(text)'; it has to be a side such as 224, or \"WxH\"")
        }
        return size
    }
}
