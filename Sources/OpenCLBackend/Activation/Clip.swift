import Lowering
import ModelGraph
import Tensors

extension Clip: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let y = step.output(0) else { return [] }
        // Bounds that the run shows have one element each, which only packed results take.
        let areConstant = (1...2).allSatisfy { step.input($0).map { $0.constant != nil } ?? true }
        var result = step.elementwiseArrangements([0], mayBeBlocked: areConstant && y.type.elementType == .float32)
        guard !areConstant else { return result }
        for index in result.indices {
            for position in 1...2 where step.input(position) != nil { result[index].inputs[position] = .rowMajor }
        }
        return result
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        let type = y.type.elementType
        let low = bound(step.input(1), low, type, isLowest: true)
        let high = bound(step.input(2), high, type, isLowest: false)
        return [try maker.elementwise(ElementwiseOperation("clip"), [.value(x), low, high], y: y)]
    }

    private func bound(
        _ value: StepOperands.Value?, _ attribute: Float?, _ type: ElementType, isLowest: Bool
    ) -> ElementwiseOperand {
        if let value { return value.constant.map { .scalar($0) } ?? .value(value) }
        if let attribute { return .scalar(Tensor([attribute])) }
        func extreme<Integer: FixedWidthInteger & TensorElement>(_: Integer.Type) -> Tensor {
            Tensor([isLowest ? Integer.min : Integer.max])
        }
        let tensor =
            switch type {
            case .uint8: extreme(UInt8.self)
            case .int8: extreme(Int8.self)
            case .uint16: extreme(UInt16.self)
            case .int16: extreme(Int16.self)
            case .uint32: extreme(UInt32.self)
            case .int32: extreme(Int32.self)
            case .uint64: extreme(UInt64.self)
            case .int64: extreme(Int64.self)
            case .bool, .float32, .float16, .bfloat16, .float64: Tensor([isLowest ? -Float.infinity : .infinity])
            }
        return .scalar(tensor)
    }
}
