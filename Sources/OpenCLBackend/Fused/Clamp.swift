import Lowering
import ModelGraph
import Tensors

extension Clamp: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        step.isCountable ? step.unaryArrangements : []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        let type = x.type.elementType
        let range = bounds.range(of: type)
        let offset = type.offsetToUInt8
        let flip = type == .int8 && y.blocked == nil ? 0x80 : 0
        let operation = ElementwiseOperation(
            "clamp_byte", [Float(range.lowerBound + offset), Float(range.upperBound + offset)],
            defines: ["FLIP": "\(flip)"])
        return [try maker.elementwise(operation.onBytes, [.value(x)], y: y)]
    }
}
