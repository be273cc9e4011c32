extension Tensor {
    /// The elements as float32: floating-point types are rounded to nearest even, integers converted, `bool` is 0 or 1.
    public func floats() -> [Float] {
        switch elementType {
        case .float32: elements(as: Float.self)
        case .float64: withElements(of: Double.self) { $0.map { Float($0) } }
        case .float16: withElements(of: Float16.self) { $0.map { Float($0) } }
        case .bfloat16: withElements(of: BFloat16.self) { $0.map { $0.float } }
        case .bool: withElements(of: UInt8.self, asStoredIn: .bool) { $0.map { $0 == 0 ? 0 : 1 } }
        case .uint8: withElements(of: UInt8.self) { $0.map { Float($0) } }
        case .int8: withElements(of: Int8.self) { $0.map { Float($0) } }
        case .uint16: withElements(of: UInt16.self) { $0.map { Float($0) } }
        case .int16: withElements(of: Int16.self) { $0.map { Float($0) } }
        case .uint32: withElements(of: UInt32.self) { $0.map { Float($0) } }
        case .int32: withElements(of: Int32.self) { $0.map { Float($0) } }
        case .uint64: withElements(of: UInt64.self) { $0.map { Float($0) } }
        case .int64: withElements(of: Int64.self) { $0.map { Float($0) } }
        }
    }

    /// The elements as `Int`, for integer and bool tensors; nil for floating-point ones and out-of-range `uint64`.
    public func integers() -> [Int]? {
        switch elementType {
        case .float32, .float64, .float16, .bfloat16: return nil
        case .bool: return withElements(of: UInt8.self, asStoredIn: .bool) { $0.map { $0 == 0 ? 0 : 1 } }
        case .uint8: return withElements(of: UInt8.self) { $0.map { Int($0) } }
        case .int8: return withElements(of: Int8.self) { $0.map { Int($0) } }
        case .uint16: return withElements(of: UInt16.self) { $0.map { Int($0) } }
        case .int16: return withElements(of: Int16.self) { $0.map { Int($0) } }
        case .uint32: return withElements(of: UInt32.self) { $0.map { Int($0) } }
        case .int32: return withElements(of: Int32.self) { $0.map { Int($0) } }
        case .int64: return withElements(of: Int64.self) { $0.map { Int($0) } }
        case .uint64:
            let values = withElements(of: UInt64.self) { $0.map { Int(exactly: $0) } }
            let representable = values.compactMap { $0 }
            return representable.count == values.count ? representable : nil
        }
    }

    /// The same values in the type that backends compute in: float16, bfloat16 and double become float32.
    package func inComputeType() -> Tensor {
        elementType == elementType.computeType ? self : Tensor(floats(), shape: shape)
    }

    /// A float32 tensor rounded to a floating-point `target`; any other tensor unchanged.
    package func narrowed(to target: ElementType) -> Tensor {
        guard elementType == .float32 else { return self }
        switch target {
        case .float16: return Tensor(elements(as: Float.self).map { Float16($0) }, shape: shape)
        case .bfloat16: return Tensor(elements(as: Float.self).map { BFloat16($0) }, shape: shape)
        case .float64: return Tensor(elements(as: Float.self).map { Double($0) }, shape: shape)
        default: return self
        }
    }

    /// Reads one-byte elements of `stored` type as raw bytes: a file's `bool` may hold any byte, Swift's may not.
    private func withElements<Result>(
        of _: UInt8.Type, asStoredIn stored: ElementType, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        precondition(elementType == stored && stored.byteCount == 1)
        return withUnsafeBytes { body($0.assumingMemoryBound(to: UInt8.self)) }
    }
}
