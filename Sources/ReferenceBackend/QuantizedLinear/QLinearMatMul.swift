import ModelGraph
import Tensors

extension QLinearMatMul: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (a, b, y) = (inputs.required(0), inputs.required(3), outputs.required(0))
        let yScale = try inputs.required(6).scales("y_scale")[0]
        let (aScale, bScale) = (inputs.required(1), inputs.required(4))
        let (aScales, bScales) = (try aScale.scales("a_scale"), try bScale.scales("b_scale"))
        let zeroPoint = inputs.required(7).eightBitIntegers()[0]
        guard y.elementCount > 0, let store = QuantizedStore(y, zeroPoint: zeroPoint) else { return }
        let shape = try MatrixProductShape(a: a.shape, b: b.shape)
        let rowScales = shape.spreadOverRows(aScales, shape: aScale.shape)
        let columnScales = shape.spreadOverColumns(bScales, shape: bScale.shape)
        let sums = shape.integerSums(a: a, aZeroPoint: inputs.optional(2), b: b, bZeroPoint: inputs.optional(5))
        sums.withUnsafeBufferPointer { sums in
            for (index, matrix) in shape.matrices.enumerated() {
                for row in 0..<shape.rows {
                    let first = (index * shape.rows + row) * shape.columns
                    let rowScale = rowScales[matrix.a * shape.rows + row]
                    store.store(UnsafeBufferPointer(rebasing: sums[first..<first + shape.columns]), first: first) {
                        (rowScale * columnScales[matrix.b * shape.columns + $0]) / yScale
                    }
                }
            }
        }
    }
}
