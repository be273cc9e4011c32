import Lowering
import ModelGraph
import Tensors

extension InstanceNormalization: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        // Statistics are double.
        guard device.extensions.contains("cl_khr_fp64"), let x = step.input(0), x.type.suitsKernels,
            x.type.elementType == .float32
        else { return [] }
        return [Arrangement(inputs: [0: .rowMajor, 1: .rowMajor, 2: .rowMajor], outputs: [0: .rowMajor])]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        guard let scale = step.input(1), let bias = step.input(2) else { preconditionFailure("an operand is absent") }
        let channels = x.type.shape[1]
        let planes = x.type.shape[0] * channels
        let items = 128
        return [
            KernelLaunch(
                program: KernelProgram(file: "instance_normalization", defines: ["ITEMS": "\(items)"]),
                function: "instance_normalization",
                arguments: [
                    .value(x.id), .value(y.id), .value(scale.id), .value(bias.id),
                    try .integer(x.type.elementCount / planes), try .integer(channels), .float(epsilon),
                ], globalSize: [items, planes], localSize: [items, 1])
        ]
    }
}
