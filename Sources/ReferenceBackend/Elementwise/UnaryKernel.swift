import ModelGraph
import Runtime
import Tensors

/// An operator that computes each float32 element from one.
///
/// Transcendental functions are the C library's in float32; what follows from them is compared within a bound, not bit
/// for bit.
package protocol FloatFunctionKernel: ReferenceKernel {
    func apply(_ x: Float) -> Float
}

extension FloatFunctionKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0).elements(as: Float.self)
        let y = outputs.required(0).elements(as: Float.self)
        for index in x.indices { y[index] = apply(x[index]) }
    }
}

/// An operator that computes each element, of any number type, from one.
package protocol UnaryKernel: ReferenceKernel {
    static func apply<Number: KernelNumber>(_ x: Number) -> Number
}

extension UnaryKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        withKernelNumber(x.elementType, UnaryBody<Self>(x: x, y: outputs.required(0)))
    }
}

private struct UnaryBody<Kernel: UnaryKernel>: NumberGenericBody {
    let x: TensorView
    let y: MutableTensorView

    func run<Number: KernelNumber>(_: Number.Type) {
        let (x, y) = (x.elements(as: Number.self), y.elements(as: Number.self))
        for index in x.indices { y[index] = Kernel.apply(x[index]) }
    }
}
