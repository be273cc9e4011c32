import Tensors

/// What Conv, ConvInteger and QLinearConv share: a grouped convolution with weights `[M, C / group, kernel...]`.
package protocol ConvolutionOperator: WindowedOperator {
    var group: Int { get }
}

extension AttributeReader {
    /// The `group` attribute of convolutions.
    mutating func convolutionGroup() throws(HoneError) -> Int {
        let group = try int("group", default: 1)
        guard group >= 1, group < WindowAttributes.limit else {
            throw HoneError(.invalidModel, "attribute group is \(group); it must be at least 1 and below 2^31")
        }
        return group
    }
}

extension ConvolutionOperator {
    /// The window for an input `[N, C, spatial...]` and weights `[M, C / group, kernel...]`, after checking their shapes.
    package func resolvedWindow(input: [Int], weight: [Int]) throws(HoneError) -> SlidingWindow {
        guard input.count == 3 || input.count == 4 else {
            throw HoneError(
                .unsupported, "input 0 has shape \(input); supported are 1-d and 2-d convolutions (rank 3, 4)")
        }
        guard weight.count == input.count, !weight.contains(0) else {
            throw HoneError(.invalidModel, "weights of shape \(weight) do not fit an input of shape \(input)")
        }
        guard input[1] % group == 0, weight[1] == input[1] / group else {
            throw HoneError(
                .invalidModel,
                "\(input[1]) input channels in \(group) groups do not fit weights of shape \(weight)")
        }
        guard weight[0] % group == 0 else {
            throw HoneError(.invalidModel, "\(weight[0]) output channels do not divide into \(group) groups")
        }
        return try window.resolve(input: Array(input[2...]), kernel: Array(weight[2...]))
    }

    /// The output shape for an input `[N, C, spatial...]` and weights `[M, C / group, kernel...]`.
    package func outputShape(input: [Int], weight: [Int]) throws(HoneError) -> [Int] {
        [input.first ?? 0, weight.first ?? 0] + (try resolvedWindow(input: input, weight: weight)).output
    }
}

extension Operands {
    /// Checks an optional bias of one element per output channel.
    func checkBias(_ index: Int, elementType: ElementType, channels: Int) throws(HoneError) {
        guard let bias = optionalType(index) else { return }
        guard bias == TensorType(elementType, [channels]) else {
            throw HoneError(.invalidModel, "bias is \(bias); expected \(elementType)[\(channels)]")
        }
    }

    /// Checks that two inputs have the same element type.
    func checkSameElementType(_ left: Int, _ right: Int) throws(HoneError) {
        guard let first = optionalType(left), let second = optionalType(right) else { return }
        guard first.elementType == second.elementType else {
            throw HoneError(
                .invalidModel, "input \(left) is \(first), but input \(right) is \(second): element types must be equal"
            )
        }
    }
}
