import ModelGraph
import Tensors

extension NumberRange: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let output = outputs.required(0)
        switch output.elementType {
        case .int16: fill(inputs, output, as: Int16.self)
        case .int32: fill(inputs, output, as: Int32.self)
        case .int64: fill(inputs, output, as: Int64.self)
        default:
            let elements = output.elements(as: Float.self)
            let delta = inputs.required(2).elements(as: Float.self)[0]
            // Adding up, not multiplying: what ONNX's own definition and ONNX Runtime do.
            var value = inputs.required(0).elements(as: Float.self)[0]
            for index in elements.indices {
                elements[index] = value
                value += delta
            }
        }
    }

    private func fill<Integer: TensorElement & FixedWidthInteger>(
        _ inputs: [TensorView?], _ output: MutableTensorView, as _: Integer.Type
    ) {
        let elements = output.elements(as: Integer.self)
        let delta = inputs.required(2).elements(as: Integer.self)[0]
        var value = inputs.required(0).elements(as: Integer.self)[0]
        for index in elements.indices {
            elements[index] = value
            // The number after the last may not fit, and is not used.
            value &+= delta
        }
    }
}
