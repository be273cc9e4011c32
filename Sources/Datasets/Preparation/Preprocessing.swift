import Foundation
import Tensors

/// How data becomes what a model is fed: size, order of channels, layout, and `(x / div - mean) / std`.
///
/// The arithmetic is float32, in that order. As JSON it is an object with the properties' names as keys, each optional;
/// unknown keys are errors.
package struct Preprocessing: Sendable, Equatable {
    /// The order of an image batch's axes.
    package enum Layout: String, Sendable, CaseIterable {
        case nhwc = "NHWC"
        case nchw = "NCHW"
    }

    /// The order of colour channels that the model wants; image files hold RGB.
    package enum ChannelOrder: String, Sendable, CaseIterable {
        case rgb = "RGB"
        case bgr = "BGR"
    }

    /// Every value is divided by this first.
    package var div: Float
    /// Taken away after the division: one value, or one per channel in the order that the model sees them.
    package var mean: [Float]
    /// Divided by at last: one value, or one per channel in the order that the model sees them.
    package var std: [Float]
    /// The layout of arrays of rank 4; image files are always NHWC.
    package var layout: Layout
    /// The layout of the model's image inputs.
    package var modelLayout: Layout
    /// With BGR, the channels of 3-channel images are reversed before the arithmetic.
    package var channelOrder: ChannelOrder
    /// The size to resample images to, bilinearly with antialiasing; nil leaves them.
    package var resize: ImageSize?
    /// The part to cut from the middle after resizing; nil leaves all.
    package var crop: ImageSize?

    package init(
        div: Float = 1, mean: [Float] = [0], std: [Float] = [1], layout: Layout = .nhwc, modelLayout: Layout = .nchw,
        channelOrder: ChannelOrder = .rgb, resize: ImageSize? = nil, crop: ImageSize? = nil
    ) {
        self.div = div
        self.mean = mean
        self.std = std
        self.layout = layout
        self.modelLayout = modelLayout
        self.channelOrder = channelOrder
        self.resize = resize
        self.crop = crop
    }

    /// Whether `(x / div - mean) / std` changes any value.
    package var changesValues: Bool { div != 1 || mean.contains { $0 != 0 } || std.contains { $0 != 1 } }

    /// - Throws: `.invalidOption` naming the value that makes no sense.
    package func validate() throws(HoneError) {
        guard div.isFinite, div != 0 else {
            throw HoneError(.invalidOption, "div is \(div); it has to be finite, not 0")
        }
        guard !mean.isEmpty, mean.allSatisfy(\.isFinite) else {
            throw HoneError(.invalidOption, "mean is \(mean); it has to be one or more finite numbers")
        }
        guard !std.isEmpty, std.allSatisfy({ $0.isFinite && $0 != 0 }) else {
            throw HoneError(.invalidOption, "std is \(std); it has to be one or more finite numbers, none of them 0")
        }
        let lengths = Set([mean.count, std.count]).subtracting([1])
        guard lengths.count <= 1 else {
            throw HoneError(.invalidOption, "mean has \(mean.count) values but std \(std.count)")
        }
        for size in [resize, crop].compactMap({ $0 }) {
            guard ImageLimits.fits(width: size.width, height: size.height, bytesPerPixel: 12) else {
                throw HoneError(.invalidOption, "an image size of \(size) is out of range")
            }
        }
    }

    /// Reads a JSON file.
    ///
    /// - Throws: `.fileAccess`, `.malformedFile` or `.invalidOption`, naming the file.
    package static func read(path: String) throws(HoneError) -> Preprocessing {
        do throws(HoneError) {
            let file = try FileRegion(path: path)
            guard file.size <= 1 << 20 else { throw HoneError(.malformedFile, "is larger than preprocessing can be") }
            return try parse(try file.bytes(at: 0, count: file.size))
        } catch {
            throw error.inFile(path)
        }
    }

    /// Reads JSON text.
    package static func parse(_ json: [UInt8]) throws(HoneError) -> Preprocessing {
        let preprocessing: Preprocessing
        do {
            preprocessing = try JSONDecoder().decode(Preprocessing.self, from: Data(json))
        } catch let error as HoneError {
            throw error
        } catch let error as DecodingError {
            throw Self.described(error)
        } catch {
            throw HoneError(.malformedFile, "is no JSON: \(error.localizedDescription)")
        }
        try preprocessing.validate()
        return preprocessing
    }

    private static func described(_ error: DecodingError) -> HoneError {
        let context: DecodingError.Context
        switch error {
        case .dataCorrupted(let found) where found.codingPath.isEmpty:
            return HoneError(.malformedFile, "is not valid JSON")
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
            .dataCorrupted(let found):
            context = found
        @unknown default: return HoneError(.malformedFile, "does not describe preprocessing")
        }
        guard !context.codingPath.isEmpty else {
            return HoneError(.invalidOption, "preprocessing has to be a JSON object")
        }
        let place = context.codingPath.map(\.stringValue).joined(separator: ".")
        return HoneError(.invalidOption, "'\(place)': \(context.debugDescription)")
    }
}

/// An image size as options give it.
package enum ImageSize: Sendable, Equatable, CustomStringConvertible {
    /// The shorter side; a crop takes a square of it.
    case side(Int)
    /// Both sides.
    case exact(width: Int, height: Int)

    /// Parses `S` or `WxH`; nil if it is neither or a side is not positive.
    package init?(_ text: String) {
        let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        switch (parts.count, parts.first ?? nil, parts.last ?? nil) {
        case (1, let side?, _) where side > 0: self = .side(side)
        case (2, let width?, let height?) where width > 0 && height > 0: self = .exact(width: width, height: height)
        default: return nil
        }
    }

    /// `S` or `WxH`.
    package var description: String {
        switch self {
        case .side(let side): "\(side)"
        case .exact(let width, let height): "\(width)x\(height)"
        }
    }

    /// The width of what is cut from the middle.
    var width: Int { if case .exact(let width, _) = self { width } else { side } }
    /// The height of what is cut from the middle.
    var height: Int { if case .exact(_, let height) = self { height } else { side } }
    private var side: Int { if case .side(let side) = self { side } else { 0 } }

    /// What an image of that size is resampled to. The longer side follows the shorter one, rounded down, as in
    /// torchvision.
    func resized(width: Int, height: Int) -> (width: Int, height: Int) {
        switch self {
        case .exact(let newWidth, let newHeight): (newWidth, newHeight)
        case .side(let side):
            width <= height ? (side, max(1, side * height / width)) : (max(1, side * width / height), side)
        }
    }
}
