import ModelGraph
import Tensors

extension QGemm: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (a, b, y) = (inputs.required(0), inputs.required(3), outputs.required(0))
        let aScale = try inputs.required(1).scales("a_scale")[0]
        let bScales = try inputs.required(4).scales("b_scale")
        let yScale = try inputs.optional(7)?.scales("y_scale")[0]
        guard y.elementCount > 0 else { return }
        let shape = try GemmShape(a: a.shape, b: b.shape, transposesA: transposesA, transposesB: transposesB)
        // `(alpha * a_scale) * b_scale`, then `/ y_scale`: ONNX Runtime's order.
        let multipliers = bScales.map { bScale in
            let scale = alpha * aScale * bScale
            return yScale.map { scale / $0 } ?? scale
        }.spread(over: shape.columns)
        let aZero = inputs.required(2).eightBitIntegers()[0]
        let bZeros = inputs.required(5).eightBitIntegers().spread(over: shape.columns)
        let left = matrix(
            a.eightBitIntegers().map { $0 - aZero }, rows: shape.depth, columns: shape.rows, transposing: transposesA)
        var right = matrix(
            b.eightBitIntegers(), rows: shape.columns, columns: shape.depth, transposing: transposesB)
        for index in right.indices { right[index] -= bZeros[index % shape.columns] }
        let starts =
            inputs.optional(6).map { c in
                ProductStarts(Array(c.elements(as: Int32.self)), shape: c.shape, output: shape.output)
            } ?? .zero
        var sums = [Int32](repeating: 0, count: y.elementCount)
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let left = left.address, let right = right.address, let output = sums.baseAddress else {
                        return
                    }
                    MatrixProduct(rows: shape.rows, depth: shape.depth, columns: shape.columns)
                        .run(a: left, b: right, into: output, starts: starts)
                }
            }
        }
        if yScale == nil {
            let reals = y.elements(as: Float.self)
            for index in reals.indices { reals[index] = Float(sums[index]) * multipliers[index % shape.columns] }
        } else if let store = QuantizedStore(y, zeroPoint: inputs.required(8).eightBitIntegers()[0]) {
            sums.withUnsafeBufferPointer { store.store($0, first: 0) { multipliers[$0 % shape.columns] } }
        }
    }
}
