/// The element types that Hone reads, named and numbered as `onnx.TensorProto.DataType`.
public enum ElementType: Int32, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16

    /// Bytes that one element takes.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .float32, .int32, .uint32: 4
        case .int64, .float64, .uint64: 8
        }
    }

    /// Whether the type holds real numbers.
    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float16, .float64, .bfloat16: true
        default: false
        }
    }

    /// The type that backends compute in: every floating-point type widens or narrows to float32 (NUMERICS.md).
    public var computeType: ElementType { isFloatingPoint ? .float32 : self }

    /// The ONNX spelling in lower case, as in `tensor(float)` without the wrapper.
    public var description: String {
        switch self {
        case .float32: "float"
        case .float64: "double"
        case .uint8: "uint8"
        case .int8: "int8"
        case .uint16: "uint16"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .bool: "bool"
        case .float16: "float16"
        case .uint32: "uint32"
        case .uint64: "uint64"
        case .bfloat16: "bfloat16"
        }
    }

    /// The name of an `onnx.TensorProto.DataType` number, also of those that Hone refuses.
    public static func name(ofONNXCode code: Int32) -> String {
        if let type = ElementType(rawValue: code) { return type.description }
        let refused: [Int32: String] = [
            0: "undefined", 8: "string", 14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz",
            19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1", 24: "float8e8m0",
            25: "uint2", 26: "int2",
        ]
        return refused[code] ?? "data type \(code)"
    }
}

/// A Swift type that a tensor's elements can be read as.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The element type whose bytes have this Swift type's layout.
    static var elementType: ElementType { get }
}

extension Float: TensorElement {
    /// `.float32`.
    public static var elementType: ElementType { .float32 }
}
extension Double: TensorElement {
    /// `.float64`.
    public static var elementType: ElementType { .float64 }
}
extension Float16: TensorElement {
    /// `.float16`.
    public static var elementType: ElementType { .float16 }
}
extension UInt8: TensorElement {
    /// `.uint8`.
    public static var elementType: ElementType { .uint8 }
}
extension Int8: TensorElement {
    /// `.int8`.
    public static var elementType: ElementType { .int8 }
}
extension UInt16: TensorElement {
    /// `.uint16`.
    public static var elementType: ElementType { .uint16 }
}
extension Int16: TensorElement {
    /// `.int16`.
    public static var elementType: ElementType { .int16 }
}
extension UInt32: TensorElement {
    /// `.uint32`.
    public static var elementType: ElementType { .uint32 }
}
extension Int32: TensorElement {
    /// `.int32`.
    public static var elementType: ElementType { .int32 }
}
extension UInt64: TensorElement {
    /// `.uint64`.
    public static var elementType: ElementType { .uint64 }
}
extension Int64: TensorElement {
    /// `.int64`.
    public static var elementType: ElementType { .int64 }
}
extension Bool: TensorElement {
    /// `.bool`.
    public static var elementType: ElementType { .bool }
}
extension BFloat16: TensorElement {
    /// `.bfloat16`.
    public static var elementType: ElementType { .bfloat16 }
}

/// The upper half of a float32: 8 exponent bits, 7 fraction bits.
public struct BFloat16: BitwiseCopyable, Sendable, Hashable {
    /// The 16 bits.
    public var bitPattern: UInt16

    /// Takes the 16 bits as they are.
    public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

    /// Rounds to nearest, ties to even; NaN stays NaN.
    public init(_ value: Float) {
        if value.isNaN {
            bitPattern = UInt16(truncatingIfNeeded: value.bitPattern >> 16) | 0x40
            return
        }
        let bits = value.bitPattern
        let roundingBias = 0x7FFF &+ ((bits >> 16) & 1)
        bitPattern = UInt16(truncatingIfNeeded: (bits &+ roundingBias) >> 16)
    }

    /// The value, exactly.
    public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}
