import Lowering
import Runtime
import Tensors

/// An operand of an element-wise kernel.
enum ElementwiseOperand {
    /// A value as it lies, constant or not.
    case value(StepOperands.Value)
    /// One constant element for all.
    case scalar(Tensor)

    var type: TensorType {
        switch self {
        case .value(let value): value.type
        case .scalar(let tensor): tensor.type
        }
    }
}

/// An operand in memory where the result is blocked.
struct BlockedOperand {
    let argument: KernelArgument
    let distances: ElementDistances
    /// From column to column, in elements.
    let pixel: Int

    /// - Precondition: `BlockedOperand.layout` took it.
    init(_ operand: ElementwiseOperand, y: BlockedShape, _ maker: LaunchMaker, flip: UInt8) throws(HoneError) {
        let width = BlockedLayout.groupChannels
        if case .value(let value) = operand, let shape = value.blocked {
            var distances = ElementDistances(shape)
            if shape.images == 1, y.images > 1 { distances.image = 0 }
            if shape.height == 1 { distances.row = 0 }
            (argument, self.distances, pixel) = (.value(value.id), distances, shape.width == 1 ? 0 : width)
            return
        }
        let constant: Tensor
        switch operand {
        case .value(let value):
            guard let tensor = value.constant else {
                preconditionFailure("an operand that is neither blocked nor constant")
            }
            constant = tensor
        case .scalar(let tensor): constant = tensor
        }
        // One pixel in all, which lies as a blocked value of one pixel would.
        let bytes = ChannelLanes.pack(constant.inComputeType(), channels: y.channels, flip: flip)
        var distances = ElementDistances()
        distances.group = width
        (argument, self.distances, pixel) = (.buffer(try maker.buffer(bytes)), distances, 0)
    }

    /// How an operand must lie for a blocked result of type `y`; `.some(nil)` for a constant that is packed, nil where it cannot.
    static func layout(_ value: StepOperands.Value, y: TensorType) -> OperandLayout?? {
        let (shape, whole) = (value.type.shape, y.shape)
        let spatial = whole.count - 2
        if value.constant != nil {
            let isScalar = value.type.elementCount == 1 && shape.count <= whole.count
            let channel = shape.count - spatial - 1
            let isPerChannel =
                channel >= 0 && shape[channel] == whole[1] && value.type.elementCount == whole[1]
            if isScalar || isPerChannel { return .some(nil) }
        }
        guard shape.count == whole.count, shape[1] == whole[1],
            zip(shape, whole).allSatisfy({ $0 == 1 || $0 == $1 })
        else { return nil }
        return .some(.blocked())
    }
}
