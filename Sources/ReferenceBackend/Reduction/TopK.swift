import ModelGraph
import Runtime
import Tensors

extension TopK: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let axis = try Operands.axis(axis, rank: x.shape.count)
        guard let count = (outputs.optional(0) ?? outputs.optional(1))?.shape[axis] else { return }
        withKernelNumber(
            x.elementType,
            TopKBody(
                x: x, lines: AxisLines(x.shape, axis: axis), count: count, takesLargest: takesLargest,
                values: outputs.optional(0), indices: outputs.optional(1)?.elements(as: Int64.self)))
    }
}

private struct TopKBody: NumberGenericBody {
    let x: TensorView
    let lines: AxisLines
    let count: Int
    let takesLargest: Bool
    let values: MutableTensorView?
    let indices: UnsafeMutableBufferPointer<Int64>?

    func run<Number: KernelNumber>(_: Number.Type) {
        let x = x.elements(as: Number.self)
        let values = values?.elements(as: Number.self)
        var order = [Int](repeating: 0, count: lines.length)
        lines.forEach { line, start in
            for index in order.indices { order[index] = index }
            // `exceeds` orders NaN too; the index makes the order total, hence the result unique.
            order.sort { left, right in
                let (a, b) = (x[start + left * lines.inner], x[start + right * lines.inner])
                let (first, second) = takesLargest ? (a, b) : (b, a)
                if Number.exceeds(first, second) { return true }
                return Number.exceeds(second, first) ? false : left < right
            }
            let (outer, inner) = (line / lines.inner, line % lines.inner)
            for rank in 0..<count {
                let place = (outer * count + rank) * lines.inner + inner
                values?[place] = x[start + order[rank] * lines.inner]
                indices?[place] = Int64(order[rank])
            }
        }
    }
}
