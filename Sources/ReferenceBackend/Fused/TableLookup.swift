import ModelGraph
import Runtime
import Tensors

extension TableLookup: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, table) = (inputs.required(0).byteElements, inputs.required(1).byteElements)
        let y = outputs.required(0).byteElements
        for index in x.indices { y[index] = table[Int(x[index])] }
    }
}
