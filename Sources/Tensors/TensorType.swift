/// The element type and the shape of a tensor whose every dimension is known.
public struct TensorType: Sendable, Hashable, CustomStringConvertible {
    /// The type of each element.
    public var elementType: ElementType
    /// The dimensions, outermost first; empty for a scalar.
    public var shape: [Int]

    /// Creates a type; `shape` must come from `TensorType.validated` where it was read from a file.
    public init(_ elementType: ElementType, _ shape: [Int]) {
        self.elementType = elementType
        self.shape = shape
    }

    /// The largest tensor that a type may describe: 2^40 bytes. Whether it can be allocated is for `MemoryLimit` to say.
    ///
    /// A bound well below `Int.max`, so that sums of sizes and offsets cannot overflow.
    public static let maximumByteCount = 1 << 40

    /// Checks that every dimension is at least 0 and that the tensor's bytes can be counted.
    ///
    /// - Throws: `.invalidModel` naming the shape.
    public static func validated(_ elementType: ElementType, _ shape: [Int]) throws(HoneError) -> TensorType {
        var byteCount = elementType.byteCount
        // Zero dimensions first: a shape such as [0, 2^62, 2^62] has no elements but its product overflows.
        let isEmpty = shape.contains(0)
        for dimension in shape {
            guard dimension >= 0 else {
                throw HoneError(.invalidModel, "shape \(shape) has a negative dimension")
            }
            if isEmpty { continue }
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
            guard !overflow, product <= maximumByteCount else {
                throw HoneError(
                    .invalidModel,
                    "a tensor of shape \(shape) is larger than \(maximumByteCount >> 30) GiB"
                )
            }
            byteCount = product
        }
        return TensorType(elementType, shape)
    }

    /// The number of dimensions.
    public var rank: Int { shape.count }

    /// The number of elements: the product of the dimensions.
    public var elementCount: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }

    /// Bytes that the elements take, packed.
    public var byteCount: Int { elementCount * elementType.byteCount }

    /// The same shape with the type that backends compute in.
    public var computeType: TensorType { TensorType(elementType.computeType, shape) }

    /// For instance `float[1, 3, 224, 224]`.
    public var description: String { "\(elementType)\(shape)" }
}

/// Elements to step over for one step in each dimension of a packed row-major tensor.
package func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var dimension = shape.count - 2
    while dimension >= 0 {
        // Wrapping: a tensor without elements may have other dimensions of any size, and its strides are never used.
        strides[dimension] = strides[dimension + 1] &* shape[dimension + 1]
        dimension -= 1
    }
    return strides
}
