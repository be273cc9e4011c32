import ModelGraph
import Tensors

extension Relu: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0).elements(as: Float.self)
        let y = outputs.required(0).elements(as: Float.self)
        for index in x.indices { y[index] = x[index] > 0 ? x[index] : 0 }
    }
}
