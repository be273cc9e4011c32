import Tensors

/// Interleaved pixels, row by row: what an image file decodes to, or one image of an array.
struct Image<Element: TensorElement>: Sendable {
    let width: Int
    let height: Int
    let channels: Int
    /// `height * width * channels` elements.
    let pixels: [Element]

    init(width: Int, height: Int, channels: Int, pixels: [Element]) {
        precondition(pixels.count == width * height * channels)
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }
}

/// What an image may take at most.
enum ImageLimits {
    static let maximumSide = 65_535
    static let maximumByteCount = 1 << 30

    static func fits(width: Int, height: Int, bytesPerPixel: Int) -> Bool {
        guard (1...maximumSide).contains(width), (1...maximumSide).contains(height) else { return false }
        return width * height <= maximumByteCount / bytesPerPixel
    }
}
