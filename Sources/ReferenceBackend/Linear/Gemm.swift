import ModelGraph
import Tensors

extension Gemm: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (a, b) = (inputs.required(0), inputs.required(1))
        let y = outputs.required(0).elements(as: Float.self)
        guard let output = y.baseAddress, !y.isEmpty else { return }
        let shape = try GemmShape(a: a.shape, b: b.shape, transposesA: transposesA, transposesB: transposesB)
        let product = MatrixProduct<Float>(rows: shape.rows, depth: shape.depth, columns: shape.columns)
        let left = matrix(
            Array(a.elements(as: Float.self)), rows: shape.depth, columns: shape.rows, transposing: transposesA)
        let right = matrix(
            Array(b.elements(as: Float.self)), rows: shape.columns, columns: shape.depth, transposing: transposesB)
        let addend = inputs.optional(2).map { c in
            ProductStarts(c.elements(as: Float.self).map { beta * $0 }, shape: c.shape, output: shape.output)
        }
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                guard let left = left.address, let right = right.address else { return }
                product.run(a: left, b: right, into: output, starts: alpha == 1 ? addend ?? .zero : .zero)
            }
        }
        guard alpha != 1 else { return }
        guard let addend else {
            for index in y.indices { y[index] *= alpha }
            return
        }
        for index in y.indices {
            let (row, column) = index.quotientAndRemainder(dividingBy: shape.columns)
            let start = addend.values[row * addend.rowStride + column * addend.columnStride]
            y[index] = start.addingProduct(alpha, y[index])
        }
    }
}
