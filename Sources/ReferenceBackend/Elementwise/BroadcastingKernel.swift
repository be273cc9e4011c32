import ModelGraph
import Runtime
import Tensors

/// An operator on two tensors of one element type that computes each element from one pair.
package protocol BinaryKernel: ReferenceKernel {
    static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number
}

extension BinaryKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (a, b) = (inputs.required(0), inputs.required(1))
        withKernelNumber(a.elementType, BinaryBody<Self>(a: a, b: b, result: outputs.required(0)))
    }
}

private struct BinaryBody<Kernel: BinaryKernel>: NumberGenericBody {
    let a: TensorView
    let b: TensorView
    let result: MutableTensorView

    func run<Number: KernelNumber>(_: Number.Type) {
        BroadcastWalk(shape: result.shape, left: a.shape, right: b.shape).combine(
            a.elements(as: Number.self), b.elements(as: Number.self), into: result.elements(as: Number.self)
        ) { Kernel.apply($0, $1) }
    }
}

/// An operator on any number of tensors of one element type: a function of two, applied from the first to the last.
package protocol VariadicKernel: ReferenceKernel {
    static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number
    static func finish<Number: KernelNumber>(_ value: Number, count: Int) -> Number
}

extension VariadicKernel {
    package static func finish<Number: KernelNumber>(_ value: Number, count: Int) -> Number { value }

    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let views = inputs.indices.map { inputs.required($0) }
        let body = VariadicBody<Self>(inputs: views, result: outputs.required(0))
        withKernelNumber(views[0].elementType, body)
    }
}

private struct VariadicBody<Kernel: VariadicKernel>: NumberGenericBody {
    let inputs: [TensorView]
    let result: MutableTensorView

    func run<Number: KernelNumber>(_: Number.Type) {
        let elements = result.elements(as: Number.self)
        let first = inputs[0].elements(as: Number.self)
        BroadcastWalk(shape: result.shape, left: inputs[0].shape, right: inputs[0].shape)
            .combine(first, first, into: elements) { value, _ in value }
        for input in inputs.dropFirst() {
            BroadcastWalk(shape: result.shape, left: result.shape, right: input.shape)
                .combine(UnsafeBufferPointer(elements), input.elements(as: Number.self), into: elements) {
                    Kernel.apply($0, $1)
                }
        }
        for index in elements.indices { elements[index] = Kernel.finish(elements[index], count: inputs.count) }
    }
}
