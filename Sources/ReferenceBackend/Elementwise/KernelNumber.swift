import Tensors

/// The arithmetic of an element type that kernels compute in: float32, or wrapping integers.
///
/// Kernels are generic over it and specialised by the compiler for each type that `withKernelNumber` names.
package protocol KernelNumber: TensorElement, Comparable {
    static var additiveIdentity: Self { get }
    /// What a maximum over nothing gives: -infinity, or the lowest integer.
    static var maximumOfNothing: Self { get }
    /// What a minimum over nothing gives: infinity, or the highest integer.
    static var minimumOfNothing: Self { get }

    static func sum(_ a: Self, _ b: Self) -> Self
    static func difference(_ a: Self, _ b: Self) -> Self
    static func product(_ a: Self, _ b: Self) -> Self
    static func quotient(_ a: Self, _ b: Self) -> Self
    static func negated(_ x: Self) -> Self
    static func magnitude(_ x: Self) -> Self
    /// The mean of `count` numbers that add up to `sum`.
    static func mean(sum: Self, count: Int) -> Self
    /// `a > b`, a NaN being greater than every number.
    static func exceeds(_ a: Self, _ b: Self) -> Bool
    /// `a < b`, a NaN being less than every number.
    static func undercuts(_ a: Self, _ b: Self) -> Bool
}

extension Float: KernelNumber {
    package static var additiveIdentity: Float { 0 }
    package static var maximumOfNothing: Float { -.infinity }
    package static var minimumOfNothing: Float { .infinity }

    @inline(__always) package static func sum(_ a: Float, _ b: Float) -> Float { a + b }
    @inline(__always) package static func difference(_ a: Float, _ b: Float) -> Float { a - b }
    @inline(__always) package static func product(_ a: Float, _ b: Float) -> Float { a * b }
    @inline(__always) package static func quotient(_ a: Float, _ b: Float) -> Float { a / b }
    @inline(__always) package static func negated(_ x: Float) -> Float { -x }
    @inline(__always) package static func magnitude(_ x: Float) -> Float { abs(x) }
    package static func mean(sum: Float, count: Int) -> Float { sum / Float(count) }
    @inline(__always) package static func exceeds(_ a: Float, _ b: Float) -> Bool { a > b || (a.isNaN && !b.isNaN) }
    @inline(__always) package static func undercuts(_ a: Float, _ b: Float) -> Bool { a < b || (a.isNaN && !b.isNaN) }
}

extension KernelNumber where Self: FixedWidthInteger {
    package static var additiveIdentity: Self { 0 }
    package static var maximumOfNothing: Self { .min }
    package static var minimumOfNothing: Self { .max }

    @inline(__always) package static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
    @inline(__always) package static func difference(_ a: Self, _ b: Self) -> Self { a &- b }
    @inline(__always) package static func product(_ a: Self, _ b: Self) -> Self { a &* b }
    // ONNX leaves a zero divisor open; 0 here. `partialValue` of the lowest integer over -1 is itself.
    @inline(__always) package static func quotient(_ a: Self, _ b: Self) -> Self {
        b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
    }
    @inline(__always) package static func negated(_ x: Self) -> Self { 0 &- x }
    @inline(__always) package static func magnitude(_ x: Self) -> Self { x < 0 ? 0 &- x : x }
    package static func mean(sum: Self, count: Int) -> Self {
        guard let divisor = Self(exactly: count) else { return 0 }
        return quotient(sum, divisor)
    }
    @inline(__always) package static func exceeds(_ a: Self, _ b: Self) -> Bool { a > b }
    @inline(__always) package static func undercuts(_ a: Self, _ b: Self) -> Bool { a < b }
}

extension UInt8: KernelNumber {}
extension Int8: KernelNumber {}
extension UInt16: KernelNumber {}
extension Int16: KernelNumber {}
extension UInt32: KernelNumber {}
extension Int32: KernelNumber {}
extension UInt64: KernelNumber {}
extension Int64: KernelNumber {}

/// A kernel's body, to be run for one element type.
protocol NumberGenericBody {
    func run<Number: KernelNumber>(_: Number.Type)
}

/// Runs the body for the Swift type of `elementType`: the one switch over element types, outside every loop.
///
/// - Precondition: `elementType` is a compute type other than bool.
@inline(__always)
func withKernelNumber(_ elementType: ElementType, _ body: some NumberGenericBody) {
    switch elementType {
    case .float32: body.run(Float.self)
    case .uint8: body.run(UInt8.self)
    case .int8: body.run(Int8.self)
    case .uint16: body.run(UInt16.self)
    case .int16: body.run(Int16.self)
    case .uint32: body.run(UInt32.self)
    case .int32: body.run(Int32.self)
    case .uint64: body.run(UInt64.self)
    case .int64: body.run(Int64.self)
    case .bool, .float16, .bfloat16, .float64: preconditionFailure("\(elementType) is not a number that kernels see")
    }
}
