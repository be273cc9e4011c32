import ModelGraph
import Runtime
import Tensors

extension QuantizeLinear: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, y) = (inputs.required(0), outputs.required(0))
        let body = QuantizeBody(
            scales: try inputs.scales(), zeroPoints: inputs.zeroPoints(),
            walk: QuantizationWalk(
                try attributes.spread(data: x.shape, scales: inputs.required(1).shape), shape: x.shape))
        if x.elementType == .int32 {
            let reals = x.elements(as: Int32.self).map { Float($0) }
            reals.withUnsafeBufferPointer { body.run($0, y) }
        } else {
            body.run(x.elements(as: Float.self), y)
        }
    }
}

extension MicrosoftQuantizeLinear: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        try standard.run(inputs: inputs, outputs: outputs)
    }
}

private struct QuantizeBody {
    let scales: UnsafeBufferPointer<Float>
    let zeroPoints: [Int32]
    let walk: QuantizationWalk

    func run(_ x: UnsafeBufferPointer<Float>, _ y: MutableTensorView) {
        switch y.elementType {
        case .uint8: write(x, y.elements(as: UInt8.self), .uint8)
        case .int8: write(x, y.elements(as: Int8.self), .int8)
        case .uint16: write(x, y.elements(as: UInt16.self), .uint16)
        default: write(x, y.elements(as: Int16.self), .int16)
        }
    }

    private func write<Target: FixedWidthInteger>(
        _ x: UnsafeBufferPointer<Float>, _ y: UnsafeMutableBufferPointer<Target>, _ range: QuantizedRange
    ) {
        let step = walk.scaleStride
        walk.forEachRun { elements, first in
            var scale = first
            for index in elements {
                y[index] = Target(
                    truncatingIfNeeded: quantize(
                        x[index], scale: scales[scale], zeroPoint: zeroPoints[scale], range: range))
                scale += step
            }
        }
    }
}
