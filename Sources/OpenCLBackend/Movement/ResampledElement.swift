import Tensors

/// How `resize` takes the elements of a value.
struct ResampledElement {
    private let type: ElementType
    private let isBlocked: Bool
    private let interpolates: Bool

    init(_ type: ElementType, isBlocked: Bool, interpolates: Bool) {
        (self.type, self.isBlocked, self.interpolates) = (type, isBlocked, interpolates)
    }

    var defines: [String: String] {
        // What is copied is so many bytes.
        guard interpolates else {
            let names = [1: "uchar", 2: "ushort", 4: "uint", 8: "ulong"]
            return ["ELEMENT": names[type.byteCount] ?? "uchar", "INTERPOLATES": "0"]
        }
        switch type {
        case .uint8: return ["ELEMENT": "uchar", "INTERPOLATES": "1", "IS_INTEGER": "1"]
        case .int8:
            return [
                "ELEMENT": isBlocked ? "uchar" : "char", "INTERPOLATES": "1", "IS_INTEGER": "1", "LOWEST": "(-128)",
                "HIGHEST": "127", "ZERO": isBlocked ? "128" : "0",
            ]
        default: return ["ELEMENT": "float", "INTERPOLATES": "1"]
        }
    }

    /// The bytes of the element for what lies outside of the input, then of that for lanes past the last channel.
    ///
    /// - Parameter outside: an integer type takes it truncated and saturated, a NaN as 0.
    func fills(_ outside: Float, lanes: UInt8) -> [UInt8] {
        var first: [UInt8] =
            switch type {
            case .uint8: bytes(of: saturated(outside) as UInt8)
            case .int8: bytes(of: saturated(outside) as Int8)
            case .uint16: bytes(of: saturated(outside) as UInt16)
            case .int16: bytes(of: saturated(outside) as Int16)
            case .uint32: bytes(of: saturated(outside) as UInt32)
            case .int32: bytes(of: saturated(outside) as Int32)
            case .uint64: bytes(of: saturated(outside) as UInt64)
            case .int64: bytes(of: saturated(outside) as Int64)
            case .bool: [outside != 0 ? 1 : 0]
            case .float32, .float16, .bfloat16, .float64: bytes(of: outside)
            }
        if type == .int8, isBlocked { first[0] ^= 0x80 }
        return first + [UInt8](repeating: lanes, count: type.byteCount)
    }

    private func saturated<Integer: FixedWidthInteger>(_ value: Float) -> Integer {
        if let integer = Integer(exactly: value.rounded(.towardZero)) { return integer }
        return value.isNaN ? 0 : value > 0 ? Integer.max : Integer.min
    }

    private func bytes<Element: BitwiseCopyable>(of element: Element) -> [UInt8] {
        withUnsafeBytes(of: element) { Array($0) }
    }
}
