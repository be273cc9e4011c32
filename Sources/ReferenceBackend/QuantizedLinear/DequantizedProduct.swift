import ModelGraph
import Tensors

/// A product of 8-bit integers given back as float: `float(sum) * (sa * sb[column]) + bias[column]`, each operation rounded.
struct DequantizedProduct {
    let a: TensorView
    let aScale: Float
    let aZeroPoint: Int32
    let b: TensorView
    /// Per tensor or per column, as the zero point.
    let bScale: TensorView
    let bZeroPoint: TensorView?
    let bias: TensorView?

    func run(into output: MutableTensorView) throws(HoneError) {
        let y = output.elements(as: Float.self)
        guard !y.isEmpty else { return }
        let shape = try MatrixProductShape(a: a.shape, b: b.shape)
        let scales = shape.spreadOverColumns(bScale.elements(as: Float.self).map { aScale * $0 }, shape: bScale.shape)
        let sums = shape.integerSums(a: a, aZero: aZeroPoint, b: b, bZeroPoint: bZeroPoint)
        let bias = bias?.elements(as: Float.self)
        let (rows, columns) = (shape.rows, shape.columns)
        for (index, matrix) in shape.matrices.enumerated() {
            for row in 0..<rows {
                let first = (index * rows + row) * columns
                for column in 0..<columns {
                    let real = Float(sums[first + column]) * scales[matrix.b * columns + column]
                    y[first + column] = bias.map { real + $0[column] } ?? real
                }
            }
        }
    }
}
