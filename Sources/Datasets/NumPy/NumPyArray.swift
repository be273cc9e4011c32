import Files
import Tensors

/// A `.npy` file, of which only the rows that are asked for are read.
package struct NumPyArray: ~Copyable {
    private let file: InputFile
    private let header: NumPyHeader
    private let path: String

    /// The type of each element.
    package var elementType: ElementType { header.elementType }
    /// The shape of the whole array.
    package var shape: [Int] { header.shape }

    /// Reads the header and checks it against the file's size.
    ///
    /// - Throws: `.fileAccess`, `.malformedFile` or `.unsupported`, naming the file.
    package init(path: String) throws(HoneError) {
        do throws(HoneError) {
            let file = try InputFile(path: path)
            let length = try NumPyHeader.byteCount(prefix: try file.prefix(NumPyHeader.prefixByteCount))
            guard length <= file.size else { throw HoneError(.malformedFile, "ends inside the .npy header") }
            let header = try NumPyHeader(try file.prefix(length))
            let type = TensorType(header.elementType, header.shape)
            guard file.size - length >= type.byteCount else {
                throw HoneError(
                    .malformedFile,
                    "holds \(file.size - length) bytes of elements, but its header promises \(type), \(type.byteCount) bytes"
                )
            }
            guard !header.isFortranOrder || header.shape.count < 2 else {
                throw HoneError(
                    .unsupported, "is in Fortran order", remedy: "save numpy.ascontiguousarray(x) instead")
            }
            self.file = file
            self.header = header
            self.path = path
        } catch {
            throw error.inFile(path)
        }
    }

    /// The rows of the first axis in `range`.
    ///
    /// - Precondition: the array has an axis, and the range lies inside it.
    package borrowing func rows(_ range: Range<Int>) throws(HoneError) -> Tensor {
        precondition(!shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0])
        let row = TensorType(elementType, Array(shape.dropFirst()))
        return try read(
            TensorType(elementType, [range.count] + row.shape), at: header.dataOffset + range.lowerBound * row.byteCount
        )
    }

    /// The whole array.
    package borrowing func all() throws(HoneError) -> Tensor {
        try read(TensorType(elementType, shape), at: header.dataOffset)
    }

    private borrowing func read(_ type: TensorType, at offset: Int) throws(HoneError) -> Tensor {
        var tensor = Tensor(zeros: type)
        let path = path
        do throws(HoneError) {
            try tensor.withUnsafeMutableBytes { bytes throws(HoneError) in try file.read(at: offset, into: bytes) }
        } catch {
            throw error.inFile(path)
        }
        return tensor
    }
}
