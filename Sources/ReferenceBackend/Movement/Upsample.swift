import ModelGraph
import Tensors

extension Upsample: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let operands = Operands(views: inputs, valuesAt: planTimeInputs, outputCount: 1)
        try resampling(operands).run(inputs.required(0), outputs.required(0))
    }
}
