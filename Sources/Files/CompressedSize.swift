import CImageCodecs
import Tensors

/// How large a file becomes when it is compressed, as for a download: zlib (RFC 1950) at its default level, 6.
///
/// Zeros stay in an ONNX file as they are; this is the size that tells how much of it they are.
package enum CompressedSize {
    static let level: Int32 = 6
    static let pieceBytes = 1 << 20

    /// The size in bytes; the file is read piece by piece, and nothing is written.
    ///
    /// - Throws: `.fileAccess` for a file that cannot be read, `.outOfMemory`.
    package static func ofFile(_ path: String) throws(HoneError) -> Int {
        let file = try InputFile(path: path)
        guard let deflater = hone_deflater_create(level) else {
            throw HoneError(.outOfMemory, "no memory to compress with", file: path)
        }
        defer { hone_deflater_destroy(deflater) }
        let piece = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(pieceBytes, max(file.size, 1)), alignment: 16)
        defer { piece.deallocate() }
        var offset = 0
        repeat {
            let count = min(piece.count, file.size - offset)
            do throws(HoneError) {
                try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: piece[..<count]))
            } catch {
                throw error.file == nil ? error.inFile(path) : error
            }
            offset += count
            hone_deflater_add(
                deflater, piece.baseAddress?.assumingMemoryBound(to: UInt8.self), count, offset == file.size ? 1 : 0)
        } while offset < file.size
        return Int(clamping: hone_deflater_produced(deflater))
    }
}
