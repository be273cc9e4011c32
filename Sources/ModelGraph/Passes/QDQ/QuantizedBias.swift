import Tensors

/// A layer's bias as int32 in steps of the accumulator, `sx * sw[c]`.
enum QuantizedBias {
    /// The name of the int32 bias, nil if it has none that is within half a step of the model's and fits.
    ///
    /// A DequantizeLinear whose scale is the step gives its integers as they are; any other constant is rounded to steps,
    /// which moves each output by at most half a step of the accumulator.
    static func make(
        _ name: String, activation: QuantizedOperand, weight: QuantizedWeight, channels: Int,
        axis: ChannelAffine.Axis, _ editor: inout GraphEditor
    ) -> String? {
        let steps = (0..<channels).map { activation.scale * weight.scales[weight.scales.count == 1 ? 0 : $0] }
        guard steps.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        if let constant = editor.constant(name) {
            guard constant.elementType == .float32,
                let values = ChannelAffine.perChannel(constant, channels: channels, axis: axis)
            else { return nil }
            return rounded(values, steps, name, &editor)
        }
        guard let node = editor.dequantization(of: name), let source = node.input(0),
            let integers = editor.constant(source), let values = integers.integers(), values.count == channels,
            isRow(integers.shape), let scale = editor.constant(node, 1), scale.elementType == .float32, scale.rank <= 1,
            scale.elementCount == 1 || scale.elementCount == channels
        else { return nil }
        var zeroPoints = [Int](repeating: 0, count: scale.elementCount)
        if node.input(2) != nil {
            guard let given = editor.constant(node, 2)?.integers(), given.count == scale.elementCount else {
                return nil
            }
            zeroPoints = given
        }
        let perChannel = scale.floats()
        func index(_ channel: Int) -> Int { perChannel.count == 1 ? 0 : channel }
        let isInSteps = steps.indices.allSatisfy { perChannel[index($0)] == steps[$0] && zeroPoints[index($0)] == 0 }
        if isInSteps, integers.elementType == .int32 {
            return integers.shape == [channels]
                ? source : editor.reshapedConstant(source, integers.reshaped([channels]))
        }
        // Both integers have at most 32 bits here, so that doubles hold the differences exactly.
        guard Set<ElementType>([.int8, .uint8, .int16, .uint16, .int32]).contains(integers.elementType) else {
            return nil
        }
        let reals = values.indices.map { channel in
            (Double(values[channel]) - Double(zeroPoints[index(channel)])) * Double(perChannel[index(channel)])
        }
        return rounded(reals, steps, source, &editor)
    }

    /// Whether a bias is a vector, or one row of a matrix.
    private static func isRow(_ shape: [Int]) -> Bool {
        shape.count <= 1 || (shape.count == 2 && shape[0] == 1)
    }

    private static func rounded(
        _ reals: [Double], _ steps: [Float], _ name: String, _ editor: inout GraphEditor
    ) -> String? {
        let exact = zip(reals, steps).map { real, step in (real / Double(step)).rounded(.toNearestOrEven) }
        let integers = exact.compactMap { Int32(exactly: $0) }
        guard integers.count == exact.count else { return nil }
        return editor.addConstant(name + "_quantized", Tensor(integers))
    }
}
