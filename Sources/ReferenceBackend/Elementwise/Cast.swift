import ModelGraph
import Runtime
import Tensors

extension Cast: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, y) = (inputs.required(0), outputs.required(0))
        switch x.elementType {
        case .bool:
            // A file's bool may hold any byte.
            let ones = x.bytes.map { $0 == 0 ? UInt8(0) : 1 }
            ones.withUnsafeBufferPointer { fromIntegers($0, y) }
        case .uint8: fromIntegers(x.elements(as: UInt8.self), y)
        case .int8: fromIntegers(x.elements(as: Int8.self), y)
        case .uint16: fromIntegers(x.elements(as: UInt16.self), y)
        case .int16: fromIntegers(x.elements(as: Int16.self), y)
        case .uint32: fromIntegers(x.elements(as: UInt32.self), y)
        case .int32: fromIntegers(x.elements(as: Int32.self), y)
        case .uint64: fromIntegers(x.elements(as: UInt64.self), y)
        case .int64: fromIntegers(x.elements(as: Int64.self), y)
        default: fromFloats(x.elements(as: Float.self), y)
        }
    }

    private func fromFloats(_ x: UnsafeBufferPointer<Float>, _ y: MutableTensorView) {
        switch target {
        case .bool: for index in x.indices { y.bytes[index] = x[index] != 0 ? 1 : 0 }
        case .uint8: saturate(x, y.elements(as: UInt8.self))
        case .int8: saturate(x, y.elements(as: Int8.self))
        case .uint16: saturate(x, y.elements(as: UInt16.self))
        case .int16: saturate(x, y.elements(as: Int16.self))
        case .uint32: saturate(x, y.elements(as: UInt32.self))
        case .int32: saturate(x, y.elements(as: Int32.self))
        case .uint64: saturate(x, y.elements(as: UInt64.self))
        case .int64: saturate(x, y.elements(as: Int64.self))
        case .float32, .float64, .float16, .bfloat16:
            let y = y.elements(as: Float.self)
            for index in x.indices { y[index] = x[index] }
            roundToTarget(y)
        }
    }

    private func fromIntegers<Source: FixedWidthInteger>(_ x: UnsafeBufferPointer<Source>, _ y: MutableTensorView) {
        switch target {
        case .bool: for index in x.indices { y.bytes[index] = x[index] != 0 ? 1 : 0 }
        case .uint8: truncate(x, y.elements(as: UInt8.self))
        case .int8: truncate(x, y.elements(as: Int8.self))
        case .uint16: truncate(x, y.elements(as: UInt16.self))
        case .int16: truncate(x, y.elements(as: Int16.self))
        case .uint32: truncate(x, y.elements(as: UInt32.self))
        case .int32: truncate(x, y.elements(as: Int32.self))
        case .uint64: truncate(x, y.elements(as: UInt64.self))
        case .int64: truncate(x, y.elements(as: Int64.self))
        case .float32, .float64, .float16, .bfloat16:
            let y = y.elements(as: Float.self)
            for index in x.indices { y[index] = Float(x[index]) }
            roundToTarget(y)
        }
    }

    /// Rounds float32 values to those of a narrower target, which backends keep as float32; double stays float32.
    private func roundToTarget(_ y: UnsafeMutableBufferPointer<Float>) {
        switch target {
        case .float16: for index in y.indices { y[index] = Float(Float16(y[index])) }
        case .bfloat16: for index in y.indices { y[index] = BFloat16(y[index]).float }
        default: break
        }
    }

    private func saturate<Target: FixedWidthInteger>(
        _ x: UnsafeBufferPointer<Float>, _ y: UnsafeMutableBufferPointer<Target>
    ) {
        for index in x.indices { y[index] = saturating(Double(x[index])) }
    }

    private func truncate<Source: FixedWidthInteger, Target: FixedWidthInteger>(
        _ x: UnsafeBufferPointer<Source>, _ y: UnsafeMutableBufferPointer<Target>
    ) {
        for index in x.indices { y[index] = Target(truncatingIfNeeded: x[index]) }
    }
}

/// The integer at `value` without its fraction, the nearest one where it does not fit, 0 for a NaN.
@inline(__always)
func saturating<Target: FixedWidthInteger>(_ value: Double) -> Target {
    if value.isNaN { return 0 }
    // The bounds, powers of two or one less, round to powers of two in Double: at or beyond them nothing fits.
    if value <= Double(Target.min) { return .min }
    if value >= Double(Target.max) { return .max }
    return Target(value)
}
