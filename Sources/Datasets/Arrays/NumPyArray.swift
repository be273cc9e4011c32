import Files
import Tensors

/// An array of a `.npy` file or of a member of a `.npz` archive, read a slice at a time.
package struct NumPyArray: Sendable {
    /// The element type and the whole array's shape.
    package let type: TensorType
    /// The file, for errors.
    package let path: String
    private let source: any ByteSource
    private let start: Int

    package var shape: [Int] { type.shape }
    package var elementType: ElementType { type.elementType }

    /// Reads the header and checks that the elements are all there.
    init(_ source: some ByteSource, path: String) throws(HoneError) {
        do throws(HoneError) {
            let header = try NumPyHeader.read(source)
            let found = source.size - header.byteCount
            guard header.type.byteCount == found else {
                throw HoneError(
                    .malformedFile,
                    "\(header.type) takes \(header.type.byteCount) bytes, but \(found) follow the header")
            }
            type = header.type
            start = header.byteCount
        } catch {
            throw error.inFile(path)
        }
        self.source = source
        self.path = path
    }

    /// The elements whose first index is in `range`, with the shape `[range.count] + shape[1...]`.
    ///
    /// - Throws: `.invalidInput` if there are no such rows, `.fileAccess` or `.malformedFile` naming the file.
    package func rows(_ range: Range<Int>) throws(HoneError) -> Tensor {
        guard let count = shape.first else {
            throw HoneError(.invalidInput, "the array is a single number and has no rows", file: path)
        }
        guard range.lowerBound >= 0, range.upperBound <= count else {
            throw HoneError(
                .invalidInput, "rows \(range.lowerBound)..<\(range.upperBound) of an array of \(count) rows", file: path
            )
        }
        let slice = TensorType(elementType, [range.count] + shape.dropFirst())
        let rowByteCount = count == 0 ? 0 : type.byteCount / count
        return try read(slice, at: start + range.lowerBound * rowByteCount)
    }

    /// The whole array, which has to fit into memory.
    package func whole() throws(HoneError) -> Tensor { try read(type, at: start) }

    private func read(_ slice: TensorType, at offset: Int) throws(HoneError) -> Tensor {
        do throws(HoneError) {
            // A compressed or sparse file may be far smaller than what it holds.
            try MemoryLimit.check(slice.byteCount, for: "the array", remedy: "split it, or use fewer samples at a time")
        } catch {
            throw error.inFile(path)
        }
        var tensor = Tensor(zeros: slice)
        do throws(HoneError) {
            try tensor.withUnsafeMutableBytes { bytes throws(HoneError) in
                try source.read(at: offset, into: bytes)
                // A Swift Bool has to be 0 or 1; the file may hold anything.
                if slice.elementType == .bool { for index in bytes.indices where bytes[index] > 1 { bytes[index] = 1 } }
            }
        } catch {
            throw error.inFile(path)
        }
        return tensor
    }
}

/// Files in NumPy's `.npy` format.
package enum NumPyFile {
    /// Opens an array; only its header is read.
    ///
    /// - Throws: `.fileAccess`, `.malformedFile` or `.unsupported`, naming the file.
    package static func open(path: String) throws(HoneError) -> NumPyArray {
        do throws(HoneError) {
            return try NumPyArray(FileRegion(path: path), path: path)
        } catch {
            throw error.inFile(path)
        }
    }

    /// Writes an array; the file appears whole or not at all.
    ///
    /// float16 is written as `<f2`; bfloat16, which NumPy does not have, is widened to `<f4`, exactly.
    /// - Throws: `.fileAccess` naming the file.
    package static func write(_ tensor: Tensor, to path: String) throws(HoneError) {
        let stored = tensor.elementType == .bfloat16 ? Tensor(tensor.floats(), shape: tensor.shape) : tensor
        var file = try AtomicFile(replacing: path)
        let header = Tensor(NumPyHeader.serialize(stored.type))
        for part in [header, stored] {
            // Taken apart because a noncopyable value cannot be captured by the closure.
            var failure: HoneError?
            part.withUnsafeBytes { bytes in
                do throws(HoneError) { try file.append(bytes) } catch { failure = error }
            }
            if let failure { throw failure }
        }
        try file.finish()
        try file.commit()
    }
}
