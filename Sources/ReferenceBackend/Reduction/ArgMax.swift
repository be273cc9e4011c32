import ModelGraph
import Runtime
import Tensors

extension ArgMax: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let lines = AxisLines(x.shape, axis: try Operands.axis(axis, rank: x.shape.count))
        let indices = outputs.required(0).elements(as: Int64.self)
        withKernelNumber(x.elementType, ArgMaxBody(x: x, lines: lines, indices: indices, selectsLast: selectsLast))
    }
}

private struct ArgMaxBody: NumberGenericBody {
    let x: TensorView
    let lines: AxisLines
    let indices: UnsafeMutableBufferPointer<Int64>
    let selectsLast: Bool

    func run<Number: KernelNumber>(_: Number.Type) {
        let x = x.elements(as: Number.self)
        lines.forEach { line, start in
            var best = x[start]
            var bestIndex = 0
            for index in 1..<max(lines.length, 1) {
                let candidate = x[start + index * lines.inner]
                if selectsLast ? !Number.exceeds(best, candidate) : Number.exceeds(candidate, best) {
                    best = candidate
                    bestIndex = index
                }
            }
            indices[line] = Int64(bestIndex)
        }
    }
}
