import Lowering
import ModelGraph
import Tensors

extension ArgMax: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        step.rowMajorArrangements(.numeric)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        let lines = AxisLines(x.type.shape, axis: try Operands.axis(axis, rank: x.type.rank))
        var defines = x.type.elementType.kernelDefines
        defines["SELECTS_LAST"] = selectsLast ? "1" : "0"
        return [
            try lines.launch(KernelProgram(file: "arg_max", defines: defines), "arg_max", [.value(x.id), .value(y.id)])
        ]
    }
}
