import ModelGraph
import Runtime
import Tensors

extension LogSoftmax: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let y = outputs.required(0).elements(as: Float.self)
        try axis.lines(of: x.shape).logSoftmax(x.elements(as: Float.self), into: y)
    }
}
