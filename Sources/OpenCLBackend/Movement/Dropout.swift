import Lowering
import ModelGraph
import Tensors

extension Dropout: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard step.isCountable, step.input(0) != nil else { return [] }
        let outputs = step.outputs.indices.filter { step.output($0) != nil }
        return [
            Arrangement(
                inputs: [0: .rowMajor],
                outputs: Dictionary(uniqueKeysWithValues: outputs.map { ($0, OperandLayout.rowMajor) }))
        ]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let x = step.input(0) else { preconditionFailure("the input is absent") }
        var launches: [KernelLaunch] = []
        if let y = step.output(0) { launches.append(try CopyWalk(all: y.type).launch(from: x, to: y, maker)) }
        if let mask = step.output(1) {
            let one = mask.type.elementType == .bool ? Tensor([true]) : Tensor([Float(1)])
            launches.append(try maker.elementwise(ElementwiseOperation("copy"), [.scalar(one)], y: mask))
        }
        return launches
    }
}
