import Lowering
import ModelGraph
import Tensors

extension MatMul: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let a = step.input(0), let b = step.input(1), let y = step.output(0),
            [a, b, y].allSatisfy({ $0.type.elementType == .float32 && $0.type.suitsKernels })
        else { return [] }
        return [Arrangement(inputs: [0: .rowMajor, 1: .rowMajor], outputs: [0: .rowMajor])]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let a = step.input(0), let b = step.input(1), let y = step.output(0) else {
            preconditionFailure("a product without operands")
        }
        let shape = try MatrixProductShape(a: a.type.shape, b: b.type.shape)
        var problem = GemmF32Problem(
            rows: shape.rows, depth: shape.depth, columns: shape.columns, left: a.id, right: b.id, output: y.id)
        if shape.b.dropLast(2).allSatisfy({ $0 == 1 }) {
            // A stack of left matrices is so many more rows.
            problem.rows *= shape.batch.reduce(1, *)
        } else {
            let strides = [shape.a, shape.b].map { broadcastStrides($0.dropLast(2), to: shape.batch) }
            problem.matrices = []
            forEachBroadcastOffset(shape: shape.batch, strides: strides) { _, offsets in
                problem.matrices.append((offsets[0], offsets[1]))
            }
        }
        return try problem.launches(maker)
    }
}
