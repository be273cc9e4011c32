import Tensors

extension ElementType {
    /// The OpenCL C type of its elements in device memory, as defines of kernels name it.
    var kernelType: String {
        switch computeType {
        case .bool, .uint8: "uchar"
        case .int8: "char"
        case .uint16: "ushort"
        case .int16: "short"
        case .uint32: "uint"
        case .int32: "int"
        case .uint64: "ulong"
        case .int64: "long"
        case .float32, .float16, .bfloat16, .float64: "float"
        }
    }

    /// Its lowest and highest integers as OpenCL C writes them, and as floats, which round to powers of two; nil for others.
    var kernelRange: (lowest: String, highest: String, low: Float, high: Float)? {
        func range<Integer: FixedWidthInteger>(
            _: Integer.Type, _ suffix: String
        ) -> (lowest: String, highest: String, low: Float, high: Float) {
            // A literal has no sign: the lowest is the negated highest, less one.
            let lowest = Integer.isSigned ? "(-\(Integer.max)\(suffix)-1)" : "0"
            return (lowest, "\(Integer.max)\(suffix)", Float(Integer.min), Float(Integer.max))
        }
        switch self {
        case .uint8: return range(UInt8.self, "")
        case .int8: return range(Int8.self, "")
        case .uint16: return range(UInt16.self, "")
        case .int16: return range(Int16.self, "")
        case .uint32: return range(UInt32.self, "u")
        case .int32: return range(Int32.self, "")
        case .uint64: return range(UInt64.self, "ul")
        case .int64: return range(Int64.self, "l")
        case .bool, .float32, .float16, .bfloat16, .float64: return nil
        }
    }

    /// Whether it holds integers with a sign.
    var isSignedInteger: Bool { [.int8, .int16, .int32, .int64].contains(self) }

    /// An OpenCL C type of as many bytes, for kernels to which elements are bits.
    static func copyType(byteCount: Int) -> String {
        switch byteCount {
        case 1: "uchar"
        case 2: "ushort"
        case 4: "uint"
        case 8: "uint2"
        default: "uint4"
        }
    }
}
