import ModelGraph
import Runtime
import Tensors

/// The operands of an operator on two tensors, one of them of the result's shape: the other may be of that shape, or hold one
/// element for each channel, or one in all.
package struct BinaryOperands {
    /// The operand of the result's shape.
    package let full: StepOperands.Value
    package let fullPosition: Int
    package let other: StepOperands.Value
    package let otherPosition: Int
    package let y: StepOperands.Value
    private let form: Form

    private enum Form {
        case same
        /// One pixel an image, computed at run time.
        case pixel
        /// A constant.
        case channels
        case scalar
    }

    /// Whether both operands have the result's shape.
    package var isFull: Bool { form == .same }

    /// Nil for shapes that no kernel takes.
    package init?(_ step: StepOperands, _ first: Int, _ second: Int) {
        guard let a = step.input(first), let b = step.input(second), let y = step.output(0) else { return nil }
        let isFirstFull = a.type.shape == y.type.shape
        (full, other) = isFirstFull ? (a, b) : (b, a)
        (fullPosition, otherPosition) = isFirstFull ? (first, second) : (second, first)
        self.y = y
        guard full.type.shape == y.type.shape else { return nil }
        let (shape, whole) = (other.type.shape, y.type.shape)
        let isChannels = y.type.isImage && Self.isPerChannel(shape, whole)
        if shape == whole {
            form = .same
        } else if other.constant != nil, other.type.elementCount == 1, shape.count <= whole.count {
            form = .scalar
        } else if other.constant != nil, isChannels {
            form = .channels
        } else if isChannels, shape.count == whole.count {
            form = .pixel
        } else {
            return nil
        }
    }

    /// Whether the one shape is 1 but for the channels, and images if it has them, of the other.
    private static func isPerChannel(_ shape: [Int], _ whole: [Int]) -> Bool {
        let spatial = whole.count - 2
        guard shape.count > spatial, shape.count <= whole.count, shape.suffix(spatial).allSatisfy({ $0 == 1 }),
            shape[shape.count - spatial - 1] == whole[1]
        else { return false }
        // Constants go by channel alone; a computed operand may differ from image to image.
        return shape.count < whole.count || shape[0] == 1 || shape[0] == whole[0]
    }

    package var arrangements: [Arrangement] {
        let rowMajor = OperandLayout.rowMajor
        switch form {
        case .same:
            let flat = Arrangement(inputs: [fullPosition: rowMajor, otherPosition: rowMajor], outputs: [0: rowMajor])
            return y.type.isImage ? [blockedBoth, flat] : [flat]
        case .pixel: return [blockedBoth]
        case .channels:
            // A constant for each image and channel would need a table for each image.
            guard other.type.rank < y.type.rank || other.type.shape[0] == 1 else { return [blockedBoth] }
            return [Arrangement(inputs: [fullPosition: .blocked()], outputs: [0: .blocked()])]
        case .scalar:
            let flat = Arrangement(inputs: [fullPosition: rowMajor], outputs: [0: rowMajor])
            guard y.type.isImage else { return [flat] }
            return [Arrangement(inputs: [fullPosition: .blocked()], outputs: [0: .blocked()]), flat]
        }
    }

    private var blockedBoth: Arrangement {
        Arrangement(inputs: [fullPosition: .blocked(), otherPosition: .blocked()], outputs: [0: .blocked()])
    }

    /// The operand beside `full`, once layouts are decided.
    package var second: SecondOperand {
        switch form {
        case .same: return .full(other)
        case .pixel: return .pixel(other)
        case .channels where other.blocked != nil: return .pixel(other)
        case .channels, .scalar:
            guard let constant = other.constant else { preconditionFailure("an operand that is no constant") }
            let isFlipped = y.blocked != nil && other.type.elementType == .int8
            let channels = y.blocked?.channels ?? BlockedLayout.groupChannels
            let bytes = ChannelLanes.pack(constant.inComputeType(), channels: channels, flip: isFlipped ? 0x80 : 0)
            return .lanes(bytes, perGroup: BlockedLayout.groupChannels * other.type.elementType.byteCount)
        }
    }
}
