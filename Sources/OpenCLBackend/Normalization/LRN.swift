import Lowering
import ModelGraph
import Runtime
import Tensors

extension LRN: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0), x.type.suitsKernels, x.type.isImage, x.type.elementType == .float32 else {
            return []
        }
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        guard let from = x.blocked, let to = y.blocked else { preconditionFailure("operands that are not blocked") }
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id)]
        arguments += try ElementDistances(from).arguments() + ElementDistances(to).arguments()
        arguments += [
            try .integer(to.width), try .integer(to.height), try .integer(to.groups), try .integer(to.channels),
        ]
        // More channels than there are reach no further, and do not overflow an index.
        let (down, up) = (min((size - 1) / 2, to.channels), min(size / 2, to.channels))
        arguments += [try .integer(down), try .integer(up), .float(alpha / Float(size)), .float(bias), .float(beta)]
        return [
            KernelLaunch(
                program: KernelProgram(file: "lrn"), function: "lrn", arguments: arguments,
                globalSize: [16 * to.width * to.height, to.images * to.groups])
        ]
    }
}
