import Files
import Tensors

/// How large a form of a model is as a file.
struct FormSize {
    let byteCount: Int
    /// Compressed with zlib; nil if nobody asked.
    let compressedByteCount: Int?

    /// - Parameter path: its file; nil, or without a file there, for what the model would be written as.
    init(of model: Model, at path: String?, isCompressing: Bool) throws(HoneError) {
        // A model of the library's caller may have no file.
        if let path, let size = OptimizationFolder.size(of: path) {
            byteCount = size
            compressedByteCount = try isCompressing ? CompressedSize.ofFile(path) : nil
        } else {
            let bytes = try model.serialized()
            byteCount = bytes.count
            compressedByteCount = try isCompressing ? CompressedSize.of(bytes) : nil
        }
    }
}
