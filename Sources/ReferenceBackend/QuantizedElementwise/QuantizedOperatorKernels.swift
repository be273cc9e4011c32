import ModelGraph
import Runtime
import Tensors

/// `Q(f(DQ(a), DQ(b)))` on 8-bit tensors.
package protocol QuantizedBinaryKernel: QuantizedBinaryOperator, ReferenceKernel {
    static func apply(_ a: Float, _ b: Float) -> Float
}

extension QuantizedBinaryKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (a, b, c) = (inputs.required(0), inputs.required(3), outputs.required(0))
        let reals = try (
            a: inputs.quantization(scale: 1, zeroPoint: 2).realValues(of: a.elementType),
            b: inputs.quantization(scale: 4, zeroPoint: 5).realValues(of: b.elementType)
        )
        let result = try inputs.quantization(scale: 6, zeroPoint: 7)
        let range: QuantizedRange = c.elementType == .int8 ? .int8 : .uint8
        BroadcastWalk(shape: c.shape, left: a.shape, right: b.shape)
            .combine(a.byteElements, b.byteElements, into: c.byteElements) {
                result.byte(Self.apply(reals.a[Int($0)], reals.b[Int($1)]), range)
            }
    }
}

/// `Q(f(DQ(x)))` on 8-bit tensors, as a table of every byte.
package protocol QuantizedUnaryKernel: QuantizedUnaryOperator, ReferenceKernel {
    func apply(_ x: Float) -> Float
}

extension QuantizedUnaryKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let result = try inputs.quantization(scale: 3, zeroPoint: 4)
        let range: QuantizedRange = x.elementType == .int8 ? .int8 : .uint8
        let table = try inputs.quantization(scale: 1, zeroPoint: 2).realValues(of: x.elementType)
            .map { result.byte(apply($0), range) }
        let (bytes, y) = (x.byteElements, outputs.required(0).byteElements)
        for index in bytes.indices { y[index] = table[Int(bytes[index])] }
    }
}
