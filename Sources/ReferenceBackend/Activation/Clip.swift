import ModelGraph
import Runtime
import Tensors

extension Clip: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        withKernelNumber(
            x.elementType,
            ClipBody(
                x: x, y: outputs.required(0), low: inputs.optional(1), high: inputs.optional(2),
                attributes: (low, high)))
    }
}

private struct ClipBody: NumberGenericBody {
    let x: TensorView
    let y: MutableTensorView
    let low: TensorView?
    let high: TensorView?
    let attributes: (low: Float?, high: Float?)

    func run<Number: KernelNumber>(_: Number.Type) {
        // Attributes came before opset 11, integers in 12: where there are attributes, the elements are floats.
        let low = low?.elements(as: Number.self)[0] ?? (attributes.low as? Number) ?? .maximumOfNothing
        let high = high?.elements(as: Number.self)[0] ?? (attributes.high as? Number) ?? .minimumOfNothing
        let (x, y) = (x.elements(as: Number.self), y.elements(as: Number.self))
        for index in x.indices {
            let raised = x[index] < low ? low : x[index]
            y[index] = raised > high ? high : raised
        }
    }
}
