import Tensors

/// The header of a `.npy` file.
///
/// Source: NumPy's NEP 1 and `numpy.lib.format`: magic, version, header length, then a Python dictionary literal with
/// exactly the keys `descr`, `fortran_order` and `shape`.
struct NumPyHeader {
    let type: TensorType
    /// Bytes before the first element.
    let byteCount: Int

    /// NumPy itself refuses headers beyond 10,000 bytes; this leaves room for odd padding.
    private static let maximumLength = 1 << 16

    static func read(_ source: some ByteSource) throws(HoneError) -> NumPyHeader {
        let start = try source.bytes(at: 0, count: min(source.size, 12))
        guard start.count >= 10, start[..<6].elementsEqual([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
            throw HoneError(.malformedFile, "is no NumPy array: it does not start with \\x93NUMPY and a version")
        }
        let prefixLength: Int
        let length: Int
        switch (start[6], start[7]) {
        case (1, 0):
            prefixLength = 10
            length = Int(start[8]) | Int(start[9]) << 8
        case (2, 0), (3, 0):
            guard start.count == 12 else { throw HoneError(.malformedFile, "ends within the header") }
            prefixLength = 12
            length = (0..<4).reduce(0) { $0 | Int(start[8 + $1]) << (8 * $1) }
        default:
            throw HoneError(.unsupported, "NumPy format version \(start[6]).\(start[7]) is not one of 1.0, 2.0, 3.0")
        }
        guard length <= maximumLength else {
            throw HoneError(.malformedFile, "the header claims \(length) bytes; \(maximumLength) are allowed")
        }
        guard length <= source.size - prefixLength else {
            throw HoneError(.malformedFile, "ends within the header")
        }
        let literal = try source.bytes(at: prefixLength, count: length)
        guard let dictionary = PythonLiteral.dictionary(literal) else {
            throw HoneError(.malformedFile, "the header is no Python dictionary of descr, fortran_order and shape")
        }
        return NumPyHeader(type: try type(dictionary), byteCount: prefixLength + length)
    }

    private static func type(_ dictionary: [String: PythonLiteral]) throws(HoneError) -> TensorType {
        for key in dictionary.keys.sorted() where !["descr", "fortran_order", "shape"].contains(key) {
            throw HoneError(.malformedFile, "the header has an unknown key '\(key)'")
        }
        guard case .tuple(let items)? = dictionary["shape"] else {
            throw HoneError(.malformedFile, "the header has no shape")
        }
        guard case .boolean(let isColumnMajor)? = dictionary["fortran_order"] else {
            throw HoneError(.malformedFile, "the header has no fortran_order")
        }
        var shape: [Int] = []
        for item in items {
            guard case .integer(let dimension) = item, dimension >= 0 else {
                throw HoneError(.malformedFile, "the shape has a dimension that is no count")
            }
            shape.append(dimension)
        }
        guard shape.count <= 64 else { throw HoneError(.malformedFile, "the shape has \(shape.count) dimensions") }
        guard !isColumnMajor || shape.count <= 1 else {
            throw HoneError(
                .unsupported, "the array is stored in Fortran order",
                remedy: "save numpy.ascontiguousarray(array) instead")
        }
        guard case .string(let descr)? = dictionary["descr"] else {
            throw HoneError(.unsupported, "arrays of records are not read; each element has to be one number")
        }
        let elementType = try elementType(descr)
        do throws(HoneError) {
            return try TensorType.validated(elementType, shape)
        } catch {
            throw HoneError(.malformedFile, error.message)
        }
    }

    private static func elementType(_ descr: String) throws(HoneError) -> ElementType {
        let kind = String(descr.dropFirst())
        let oneByte: [String: ElementType] = ["u1": .uint8, "i1": .int8, "b1": .bool]
        let wider: [String: ElementType] = [
            "i2": .int16, "u2": .uint16, "i4": .int32, "u4": .uint32, "i8": .int64, "u8": .uint64, "f2": .float16,
            "f4": .float32, "f8": .float64,
        ]
        switch descr.first {
        case "|", "<", ">", "=":
            if let type = oneByte[kind] { return type }
            guard let type = wider[kind], descr.first != "|" else { break }
            guard descr.first != ">" else {
                throw HoneError(
                    .unsupported, "the array is big-endian ('\(descr)')",
                    remedy: "save array.astype('<\(kind)') instead")
            }
            return type
        default: break
        }
        throw HoneError(
            .unsupported, "elements of NumPy type '\(descr)' are not read",
            remedy: "save integers, bool, float16, float32 or float64")
    }

    /// The bytes of a version 1.0 header, padded so that the elements start at a multiple of 64.
    static func serialize(_ type: TensorType) -> [UInt8] {
        let descr: String
        switch type.elementType {
        case .bool: descr = "|b1"
        case .uint8: descr = "|u1"
        case .int8: descr = "|i1"
        case .uint16: descr = "<u2"
        case .int16: descr = "<i2"
        case .uint32: descr = "<u4"
        case .int32: descr = "<i4"
        case .uint64: descr = "<u8"
        case .int64: descr = "<i8"
        case .float16: descr = "<f2"
        case .float32: descr = "<f4"
        case .float64: descr = "<f8"
        case .bfloat16: preconditionFailure("NumPy has no bfloat16")
        }
        let dimensions = type.shape.map { "\($0)," }.joined(separator: " ")
        let shape = type.rank == 1 ? "(\(dimensions))" : "(\(dimensions.dropLast()))"
        var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(shape), }"
        text += String(repeating: " ", count: (64 - (10 + text.utf8.count + 1) % 64) % 64) + "\n"
        precondition(text.utf8.count <= 0xFFFF)
        let length = [UInt8(text.utf8.count & 0xFF), UInt8(text.utf8.count >> 8)]
        return [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0] + length + Array(text.utf8)
    }
}
