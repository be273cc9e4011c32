import ModelGraph
import Runtime
import Tensors

extension DequantizeLinear: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let body = DequantizeBody(
            scales: try inputs.scales(), zeroPoints: inputs.zeroPoints(),
            walk: QuantizationWalk(
                try attributes.spread(data: x.shape, scales: inputs.required(1).shape), shape: x.shape),
            y: outputs.required(0).elements(as: Float.self))
        switch x.elementType {
        case .uint8: body.run(x.elements(as: UInt8.self))
        case .int8: body.run(x.elements(as: Int8.self))
        case .uint16: body.run(x.elements(as: UInt16.self))
        case .int16: body.run(x.elements(as: Int16.self))
        default: body.run(x.elements(as: Int32.self))
        }
    }
}

extension MicrosoftDequantizeLinear: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        try standard.run(inputs: inputs, outputs: outputs)
    }
}

private struct DequantizeBody {
    let scales: UnsafeBufferPointer<Float>
    let zeroPoints: [Int32]
    let walk: QuantizationWalk
    let y: UnsafeMutableBufferPointer<Float>

    func run<Source: FixedWidthInteger>(_ x: UnsafeBufferPointer<Source>) {
        let step = walk.scaleStride
        walk.forEachRun { elements, first in
            var scale = first
            for index in elements {
                y[index] = dequantize(
                    Int32(truncatingIfNeeded: x[index]), scale: scales[scale], zeroPoint: zeroPoints[scale])
                scale += step
            }
        }
    }
}
