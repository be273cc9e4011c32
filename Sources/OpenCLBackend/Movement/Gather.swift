import Lowering
import ModelGraph
import Tensors

extension Gather: OpenCLOperator {
    package var packedInputs: [Int] { [1] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard step.isCountable, let copy = copy(step), copy.positions.count <= PositionCopy.maximumRank else {
            return []
        }
        return [Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])]
    }

    /// Nil for indices that only the run shows, or that the definition refuses.
    private func copy(_ step: StepOperands) -> PositionCopy? {
        guard let data = step.input(0)?.type, let indices = step.input(1)?.constant?.integers(),
            let axis = try? Operands.axis(axis, rank: data.rank)
        else { return nil }
        let size = data.shape[axis]
        guard indices.allSatisfy({ -size..<size ~= $0 }) else { return nil }
        var positions = data.shape.map { Array(0..<$0) }
        positions[axis] = indices.map { $0 < 0 ? $0 + size : $0 }
        return PositionCopy(shape: data.shape, positions: positions)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let copy = copy(step) else { preconditionFailure("a form that arrangements refused") }
        let (data, y) = step.unary
        return [try copy.launch(from: data, to: y, fill: nil, maker)]
    }
}
