import Files
import Tensors

/// Writes `.npy` files, whole or not at all.
package enum NumPyWriter {
    /// Writes a tensor; bfloat16, which NumPy lacks, is widened to float32.
    package static func write(_ tensor: Tensor, to path: String) throws(HoneError) {
        let writable = tensor.elementType == .bfloat16 ? tensor.inComputeType() : tensor
        var file = try AtomicFile(replacing: path)
        try file.append(NumPyHeader.serialized(writable.type))
        // An `inout` noncopyable file cannot enter a typed-throws closure; the bytes outlive the call all the same.
        let bytes = writable.withUnsafeBytes { $0 }
        try withExtendedLifetime(writable) { () throws(HoneError) in try file.append(bytes) }
        try file.finish()
        try file.commit()
    }
}
