import ModelGraph
import Runtime
import Tensors

extension QLinearWhere: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (condition, x, y) = (inputs.required(0), inputs.required(1), inputs.required(4))
        let output = outputs.required(0)
        let result = try inputs.quantization(scale: 7, zeroPoint: 8)
        let range: QuantizedRange = output.elementType == .int8 ? .int8 : .uint8
        func table(_ scale: Int) throws(HoneError) -> [UInt8] {
            try inputs.quantization(scale: scale, zeroPoint: scale + 1).realValues(of: output.elementType)
                .map { result.byte($0, range) }
        }
        let (xTable, yTable) = (try table(2), try table(5))
        let (truths, xBytes, yBytes, z) = (
            condition.byteElements, x.byteElements, y.byteElements, output.byteElements
        )
        let strides = [condition, x, y].map { broadcastStrides($0.shape, to: output.shape) }
        forEachBroadcastOffset(shape: output.shape, strides: strides) { element, offsets in
            z[element] =
                truths[offsets[0]] != 0 ? xTable[Int(xBytes[offsets[1]])] : yTable[Int(yBytes[offsets[2]])]
        }
    }
}
