import CImageCodecs
import Tensors

/// Image files: JPEG and PNG, told apart by their first bytes.
///
/// Pixels come out as 8-bit gray or RGB, as Pillow's `convert("L")` and `convert("RGB")` give them: 16-bit PNG is
/// scaled to 8 bits with rounding, palettes are looked up, transparency is dropped, gamma and colour profiles and the
/// EXIF orientation are ignored. CMYK JPEG is refused.
enum ImageFile {
    /// Larger files are refused before they are read.
    private static let maximumByteCount = 1 << 29

    private typealias HeaderFunction = (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<hone_image>?) -> Int32
    private typealias DecodeFunction = (
        UnsafePointer<UInt8>?, Int, Int32, UnsafeMutablePointer<UInt8>?, Int, UnsafeMutablePointer<hone_image>?
    ) -> Int32

    /// Decodes an image to 1 (gray) or 3 (RGB) channels.
    ///
    /// - Throws: `.fileAccess`, `.malformedFile` or `.unsupported`, naming the file.
    static func decode(path: String, channels: Int) throws(HoneError) -> Image<UInt8> {
        precondition(channels == 1 || channels == 3)
        do throws(HoneError) {
            let file = try FileRegion(path: path)
            guard file.size <= maximumByteCount else {
                throw HoneError(.unsupported, "is an image file of more than \(maximumByteCount >> 20) MiB")
            }
            let bytes = try file.bytes(at: 0, count: file.size)
            if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
                return try decode(bytes, channels: channels, header: hone_jpeg_header, decode: hone_jpeg_decode)
            }
            if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                return try decode(bytes, channels: channels, header: hone_png_header, decode: hone_png_decode)
            }
            throw HoneError(.unsupported, "is neither a JPEG nor a PNG image", remedy: "convert it to one of them")
        } catch {
            throw error.inFile(path)
        }
    }

    private static func decode(
        _ bytes: [UInt8], channels: Int, header: HeaderFunction, decode: DecodeFunction
    ) throws(HoneError) -> Image<UInt8> {
        var image = hone_image()
        try check(header(bytes, bytes.count, &image), image)
        let width = Int(image.width)
        let height = Int(image.height)
        // A gray target may be made from colour, which is decoded first.
        guard ImageLimits.fits(width: width, height: height, bytesPerPixel: 3) else {
            throw HoneError(
                .unsupported,
                "is \(width) x \(height) pixels; at most \(ImageLimits.maximumSide) a side and 1 GiB are decoded")
        }
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        try check(decode(bytes, bytes.count, Int32(channels), &pixels, pixels.count, &image), image)
        return Image(width: width, height: height, channels: channels, pixels: pixels)
    }

    private static func check(_ status: Int32, _ image: hone_image) throws(HoneError) {
        guard status != HONE_CODEC_OK.rawValue else { return }
        let message = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        switch UInt32(bitPattern: status) {
        case HONE_CODEC_UNSUPPORTED.rawValue:
            throw HoneError(.unsupported, message, remedy: "convert it to an RGB JPEG or PNG")
        case HONE_CODEC_NO_MEMORY.rawValue: throw HoneError(.outOfMemory, "no memory to decode the image")
        default: throw HoneError(.malformedFile, "the image is damaged: \(message)")
        }
    }
}
