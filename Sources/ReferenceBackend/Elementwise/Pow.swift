import Foundation
import ModelGraph
import Runtime
import Tensors

extension Pow: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (base, exponent) = (inputs.required(0), inputs.required(1))
        let result = outputs.required(0)
        let walk = BroadcastWalk(shape: result.shape, left: base.shape, right: exponent.shape)
        switch base.elementType {
        case .float32:
            // One copy of the exponents, usually a scalar, saves a kernel for each of their types.
            exponent.copied().floats().withUnsafeBufferPointer { exponents in
                walk.combine(base.elements(as: Float.self), exponents, into: result.elements(as: Float.self)) {
                    pow($0, $1)
                }
            }
        case .int32: raise(Int32.self, base, exponent, result, walk)
        default: raise(Int64.self, base, exponent, result, walk)
        }
    }

    private func raise<Integer: FixedWidthInteger & TensorElement>(
        _: Integer.Type, _ base: TensorView, _ exponent: TensorView, _ result: MutableTensorView, _ walk: BroadcastWalk
    ) {
        let (bases, powers) = (base.elements(as: Integer.self), result.elements(as: Integer.self))
        let copy = exponent.copied()
        if let exponents = copy.integers() {
            exponents.withUnsafeBufferPointer { walk.combine(bases, $0, into: powers, integerPower) }
        } else {
            copy.floats().withUnsafeBufferPointer {
                walk.combine(bases, $0, into: powers) { saturating(pow(Double($0), Double($1))) }
            }
        }
    }
}

/// `base ^ exponent`, wrapping; below 0 the exact power truncated, which is 0 for bases beyond 1, and for 0 (ONNX leaves
/// that open).
private func integerPower<Integer: FixedWidthInteger>(_ base: Integer, _ exponent: Int) -> Integer {
    if exponent < 0 {
        guard base.magnitude == 1 else { return 0 }
        return exponent % 2 == 0 ? 1 : base
    }
    var (power, square, remaining) = (Integer(1), base, exponent)
    while remaining > 0 {
        if remaining & 1 == 1 { power = power &* square }
        square = square &* square
        remaining >>= 1
    }
    return power
}
