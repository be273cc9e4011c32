import CImageCodecs
import Tensors

extension CompressedSize {
    /// The same of what a file would hold.
    ///
    /// - Throws: `.outOfMemory`.
    package static func of(_ bytes: [UInt8]) throws(HoneError) -> Int {
        guard let deflater = hone_deflater_create(level) else {
            throw HoneError(.outOfMemory, "no memory to compress with")
        }
        defer { hone_deflater_destroy(deflater) }
        bytes.withUnsafeBufferPointer { all in
            var offset = 0
            repeat {
                let piece = UnsafeBufferPointer(rebasing: all[offset..<min(offset + pieceBytes, all.count)])
                offset += piece.count
                hone_deflater_add(deflater, piece.baseAddress, piece.count, offset == all.count ? 1 : 0)
            } while offset < all.count
        }
        return Int(clamping: hone_deflater_produced(deflater))
    }
}
