import ModelGraph
import Tensors

extension MatMul: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (a, b, y) = (inputs.required(0), inputs.required(1), outputs.required(0))
        guard y.elementCount > 0 else { return }
        let shape = try MatrixProductShape(a: a.shape, b: b.shape)
        switch y.elementType {
        case .int32, .uint32: multiply(a, b, y, shape, as: Int32.self)
        case .int64, .uint64: multiply(a, b, y, shape, as: Int64.self)
        default: multiply(a, b, y, shape, as: Float.self)
        }
    }

    /// Unsigned integers go as signed ones of the same width: wrapping sums and products have the same bits.
    private func multiply<Element: TapElement>(
        _ a: TensorView, _ b: TensorView, _ y: MutableTensorView, _ shape: MatrixProductShape, as _: Element.Type
    ) {
        guard let left = a.bytes.assumingMemoryBound(to: Element.self).address,
            let right = b.bytes.assumingMemoryBound(to: Element.self).address,
            let output = y.bytes.assumingMemoryBound(to: Element.self).baseAddress
        else { return }
        MatrixProduct(rows: shape.rows, depth: shape.depth, columns: shape.columns)
            .run(a: left, b: right, into: output, matrices: shape.matrices)
    }
}

extension Int64: TapElement {
    static func accumulateTaps(
        into output: UnsafeMutablePointer<Int64>, start: UnsafePointer<Int64>, startStride: Int,
        x: UnsafePointer<Int64>, offsets: UnsafePointer<Int>, weights: UnsafePointer<Int64>, tapCount: Int, count: Int
    ) {
        for index in 0..<count { output[index] = start[index * startStride] }
        for tap in 0..<tapCount {
            for index in 0..<count { output[index] &+= weights[tap] &* x[offsets[tap] + index] }
        }
    }
}
