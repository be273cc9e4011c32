import Tensors

/// What a model wants at one input.
package struct InputRequirement: Sendable {
    package let name: String
    /// nil where the model does not say.
    package let elementType: ElementType?
    /// nil where the model does not say; a nil dimension fits any size.
    package let shape: [Int?]?

    package init(name: String, elementType: ElementType?, shape: [Int?]?) {
        self.name = name
        self.elementType = elementType
        self.shape = shape
    }

    /// For instance `float[?, 3, 224, 224]`.
    var description: String {
        let dimensions = shape.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") } ?? "any shape"
        return "\(elementType?.description ?? "any type")[\(dimensions)]"
    }

    /// Whether a sample, without the batch axis, fits.
    func fits(sampleShape: [Int]) -> Bool {
        guard let shape else { return true }
        guard shape.count == sampleShape.count + 1 else { return false }
        return zip(shape.dropFirst(), sampleShape).allSatisfy { wanted, found in wanted.map { $0 == found } ?? true }
    }

    /// The tensor in the input's element type.
    ///
    /// Integers are converted to real numbers, real numbers rounded to narrower ones, integers to other integers only
    /// where every value keeps its meaning.
    func converted(_ tensor: Tensor) throws(HoneError) -> Tensor {
        guard let elementType, elementType != tensor.elementType else { return tensor }
        if elementType.isFloatingPoint { return Tensor(tensor.floats(), shape: tensor.shape).narrowed(to: elementType) }
        guard let integers = tensor.integers() else {
            throw HoneError(
                .invalidInput, "the data is \(tensor.elementType), but input '\(name)' wants \(elementType)",
                remedy: "convert the data, and give no --div, --mean or --std: they make real numbers")
        }
        let result: Tensor? =
            switch elementType {
            case .uint8: Self.exactly(integers, UInt8.self, tensor.shape)
            case .int8: Self.exactly(integers, Int8.self, tensor.shape)
            case .uint16: Self.exactly(integers, UInt16.self, tensor.shape)
            case .int16: Self.exactly(integers, Int16.self, tensor.shape)
            case .uint32: Self.exactly(integers, UInt32.self, tensor.shape)
            case .int32: Self.exactly(integers, Int32.self, tensor.shape)
            case .uint64: Self.exactly(integers, UInt64.self, tensor.shape)
            case .int64: Self.exactly(integers, Int64.self, tensor.shape)
            default: nil
            }
        guard let result else {
            throw HoneError(
                .invalidInput,
                "the data is \(tensor.elementType) and does not fit the \(elementType) that input '\(name)' wants")
        }
        return result
    }

    private static func exactly<Target: FixedWidthInteger & TensorElement>(
        _ values: [Int], _: Target.Type, _ shape: [Int]
    ) -> Tensor? {
        let converted = values.compactMap { Target(exactly: $0) }
        return converted.count == values.count ? Tensor(converted, shape: shape) : nil
    }
}
