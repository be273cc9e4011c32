import Tensors

/// An operator's identity: its domain and its type.
package struct OperatorIdentifier: Hashable, Sendable, CustomStringConvertible {
    package let domain: String
    package let type: String

    /// An ai.onnx operator, unless a domain is given.
    package init(_ type: String, domain: String = "") {
        self.domain = domain == "ai.onnx" ? "" : domain
        self.type = type
    }

    package var description: String { domain.isEmpty ? type : "\(domain).\(type)" }
}

/// ONNX Runtime's domain of quantized operators.
package let microsoftDomain = "com.microsoft"
/// The domain of the fused operators that Hone's passes make; never written to a file.
package let honeDomain = "hone"

/// A typed operator: its attributes decoded, its types inferred. One file each in `Operators/`, one line each in
/// `OperatorCatalog`. What it computes is said by each backend.
package protocol Operator: Sendable {
    static var identifier: OperatorIdentifier { get }

    /// Opset versions of its domain whose forms of the operator are implemented.
    static var opsets: ClosedRange<Int> { get }

    /// How many inputs and outputs a node may have; counted with absent optional ones in the middle.
    static var inputCount: ClosedRange<Int> { get }
    static var outputCount: ClosedRange<Int> { get }

    /// Decodes and checks the attributes of the node's opset; every attribute read is known, the others are errors.
    init(_ attributes: inout AttributeReader) throws(HoneError)

    /// Inputs whose *values*, not only types, are needed to know the output types, such as the shape given to Reshape.
    var planTimeInputs: [Int] { get }

    /// The output values where they follow from the input *types* alone, as Shape's do; nil for every other operator.
    ///
    func outputsFromTypes(_ operands: Operands) throws(HoneError) -> [Tensor]?

    /// Whether `outputsFromTypes` gives values.
    static var dependsOnTypesOnly: Bool { get }

    /// The output types for input types whose every dimension is known.
    ///
    /// - Throws: `.invalidModel` where the inputs contradict the operator, `.unsupported` for types or ranks that are not
    ///   implemented.
    func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType]
}

extension Operator {
    package static var opsets: ClosedRange<Int> { 7...25 }
    package static var outputCount: ClosedRange<Int> { 1...1 }
    package var planTimeInputs: [Int] { [] }
    package static var dependsOnTypesOnly: Bool { false }
    package func outputsFromTypes(_ operands: Operands) throws(HoneError) -> [Tensor]? { nil }
}

/// What is known of a node's inputs when its output types are inferred.
package struct Operands {
    /// Types by input position; nil for an absent optional input.
    package let types: [TensorType?]
    /// Values by input position where they are known: constants, and run-time inputs that the plan is specialised on.
    package let values: [Tensor?]
    /// How many outputs the node names, absent ones included.
    package let outputCount: Int

    package init(types: [TensorType?], values: [Tensor?], outputCount: Int) {
        self.types = types
        self.values = values
        self.outputCount = outputCount
    }

    /// Whether input `index` is given.
    package func has(_ index: Int) -> Bool { index < types.count && types[index] != nil }

    /// The type of input `index`, nil if it is absent.
    package func optionalType(_ index: Int) -> TensorType? { index < types.count ? types[index] : nil }

    /// The type of a required input.
    package func type(_ index: Int) throws(HoneError) -> TensorType {
        guard let type = optionalType(index) else {
            throw HoneError(.invalidModel, "required input \(index) is missing")
        }
        return type
    }

    /// The type of a required input that must have one of the given element types.
    package func type(_ index: Int, in allowed: Set<ElementType>) throws(HoneError) -> TensorType {
        let type = try type(index)
        guard allowed.contains(type.elementType) else {
            let names = allowed.map(\.description).sorted().joined(separator: ", ")
            throw HoneError(.unsupported, "input \(index) is \(type); supported element types are \(names)")
        }
        return type
    }

    /// The integers of a plan-time input; nil if the input is absent.
    package func integers(_ index: Int) throws(HoneError) -> [Int]? {
        guard has(index) else { return nil }
        guard index < values.count, let value = values[index] else {
            throw HoneError(
                .unsupported, "input \(index) must be known before the model runs, but depends on computed data")
        }
        guard let integers = value.integers() else {
            throw HoneError(.invalidModel, "input \(index) must hold integers, but is \(value.type)")
        }
        return integers
    }

    /// The floats of a plan-time input; nil if the input is absent.
    package func floats(_ index: Int) throws(HoneError) -> [Float]? {
        guard has(index) else { return nil }
        guard index < values.count, let value = values[index] else {
            throw HoneError(
                .unsupported, "input \(index) must be known before the model runs, but depends on computed data")
        }
        return value.floats()
    }

    /// `axis` counted from the front, for a tensor of `rank` dimensions; `inclusive` allows `axis == rank`.
    package static func axis(_ axis: Int, rank: Int, inclusive: Bool = false) throws(HoneError) -> Int {
        let limit = inclusive ? rank : rank - 1
        guard axis >= -rank, axis <= limit else {
            throw HoneError(.invalidModel, "axis \(axis) is outside a tensor of rank \(rank)")
        }
        return axis < 0 ? axis + rank : axis
    }
}

extension Set<ElementType> {
    package static let floats: Self = [.float32, .float16, .bfloat16, .float64]
    package static let integers: Self = [.uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64]
    package static let signed: Self = floats.union([.int8, .int16, .int32, .int64])
    package static let numeric: Self = floats.union(integers)
    package static let all: Self = numeric.union([.bool])
    package static let eightBit: Self = [.uint8, .int8]
}
