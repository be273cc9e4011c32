import Foundation

/// The bundled example, by paths from the repository's root.
enum Example {
    static let model = "Examples/digits/digits.onnx"
    static let trainImages = "Examples/digits/train_x.npy"
    static let images = "Examples/digits/test_x.npy"
    static let labels = "Examples/digits/test_y.npy"
    static let preprocessing = ["--preprocess", "Examples/digits/preprocess.json"]
}

/// Files in the formats that `hone` reads, byte by byte.
enum FileBytes {
    /// NumPy format 1.0.
    static func npy(_ type: String, shape: [Int], _ elements: [UInt8]) -> [UInt8] {
        let dimensions = shape.map { "\($0)," }.joined(separator: " ")
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(dimensions)), }"
        header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + elements
    }

    static func npy(_ floats: [Float], shape: [Int]) -> [UInt8] {
        npy(
            "<f4", shape: shape,
            floats.flatMap { float in (0..<4).map { UInt8(truncatingIfNeeded: float.bitPattern >> ($0 * 8)) } })
    }

    /// A grey PNG of 8 bits whose pixels lie in one stored block (PNG specification, 3rd edition; RFC 1950, RFC 1951).
    static func png(grey pixels: [UInt8], width: Int) -> [UInt8] {
        let height = pixels.count / width
        let rows = (0..<height).flatMap { [0] + pixels[($0 * width)..<(($0 + 1) * width)] }
        let length = UInt16(rows.count)
        var stream: [UInt8] = [0x78, 0x01, 1]
        for value in [length, ~length] { stream += [UInt8(value & 255), UInt8(value >> 8)] }
        stream += rows + bigEndian(adler(rows))
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 0, 0, 0, 0])
            + chunk("IDAT", stream) + chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ bytes: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + bytes
        return bigEndian(UInt32(bytes.count)) + body + bigEndian(crc(body))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
        }
    }

    private static func adler(_ bytes: [UInt8]) -> UInt32 {
        let (low, high) = bytes.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let low = (sums.0 + UInt32(byte)) % 65521
            return (low, (sums.1 + low) % 65521)
        }
        return high << 16 | low
    }
}

/// Reads a float32 `.npy` of format 1.0.
func floats(ofNumPyFile path: String) throws -> [Float] {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    return stride(from: start, to: bytes.count, by: 4).map { index in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << ($1 * 8) })
    }
}

/// An image of the example's test set, as pixels from 0 to 16.
func examplePixels(_ index: Int) throws -> [UInt8] {
    let bytes = [UInt8](try Data(contentsOf: HoneProcess.root.appending(path: Example.images)))
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    return Array(bytes[(start + 64 * index)..<(start + 64 * (index + 1))])
}
