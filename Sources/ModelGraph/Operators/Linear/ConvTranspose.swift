import Tensors

/// The transpose of a grouped 1-d or 2-d convolution: inputs X `[N, C, ...]`, W `[C, M / group, kernel...]`, optional B.
/// ONNX ConvTranspose 1, 11, 22.
package struct ConvTranspose: WindowedOperator {
    package static let identifier = OperatorIdentifier("ConvTranspose")
    package static let inputCount = 2...3

    package let window: WindowAttributes
    package let group: Int
    /// Rows that only the last windows do not reach, added at the end of each spatial dimension.
    package let outputPadding: [Int]?
    /// The output's spatial dimensions, where the file gives them instead of pads.
    package let outputShape: [Int]?

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        window = try WindowAttributes(&attributes)
        group = try attributes.convolutionGroup()
        outputPadding = try attributes.ints("output_padding")
        outputShape = try attributes.ints("output_shape")
        for value in outputPadding ?? [] where value < 0 || value >= WindowAttributes.limit {
            throw HoneError(.invalidModel, "attribute output_padding holds \(value); supported are 0 to 2^31 - 1")
        }
        for value in outputShape ?? [] where value < 1 || value >= WindowAttributes.limit {
            throw HoneError(.invalidModel, "attribute output_shape holds \(value); supported are 1 to 2^31 - 1")
        }
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let input = try operands.type(0, in: .floats)
        let weight = try operands.type(1)
        try operands.checkSameElementType(0, 1)
        let spatial = try resolvedWindow(input: input.shape, weight: weight.shape).output
        let (channels, overflow) = weight.shape[1].multipliedReportingOverflow(by: group)
        guard !overflow else { throw HoneError(.invalidModel, "\(weight.shape[1]) * \(group) output channels") }
        try operands.checkBias(2, elementType: input.elementType, channels: channels)
        return [try TensorType.validated(input.elementType, [input.shape[0], channels] + spatial)]
    }

    /// The window, whose output `o` receives input `i` through tap `k` where `o + padBegin == i * stride + k * dilation`.
    package func resolvedWindow(input: [Int], weight: [Int]) throws(HoneError) -> SlidingWindow {
        guard input.count == 3 || input.count == 4 else {
            throw HoneError(
                .unsupported, "input 0 has shape \(input); supported are 1-d and 2-d convolutions (rank 3, 4)")
        }
        guard weight.count == input.count, !weight.contains(0), weight[0] == input[1], input[1] % group == 0 else {
            throw HoneError(
                .invalidModel, "weights of shape \(weight) in \(group) groups do not fit an input of shape \(input)")
        }
        let spatial = Array(input[2...])
        let kernel = Array(weight[2...])
        let (strides, dilations) = try window.stepsChecked(rank: spatial.count, kernel: kernel)
        for (name, list) in [("output_padding", outputPadding), ("output_shape", outputShape)] {
            guard let list, list.count != spatial.count else { continue }
            throw HoneError(
                .invalidModel, "attribute \(name) has \(list.count) values for \(spatial.count) spatial dimensions")
        }
        var begin: [Int] = []
        var end: [Int] = []
        var output: [Int] = []
        for dimension in spatial.indices {
            let (size, stride) = (spatial[dimension], strides[dimension])
            guard size >= 1, size < WindowAttributes.limit else {
                throw HoneError(.unsupported, "spatial dimension \(dimension) is \(size); supported are 1 to 2^31 - 1")
            }
            let full =
                (size - 1) * stride + (kernel[dimension] - 1) * dilations[dimension] + 1
                + (outputPadding?[dimension] ?? 0)
            let isSame = window.autoPad == .sameUpper || window.autoPad == .sameLower
            let wanted = outputShape?[dimension] ?? (isSame ? size * stride : nil)
            if let wanted {
                let total = max(0, full - wanted)
                let smaller = total / 2
                begin.append(window.autoPad == .sameUpper ? smaller : total - smaller)
                end.append(total - begin[dimension])
                output.append(wanted)
            } else {
                let isExplicit = window.autoPad == .notSet
                begin.append(isExplicit ? window.pads?[dimension] ?? 0 : 0)
                end.append(isExplicit ? window.pads?[spatial.count + dimension] ?? 0 : 0)
                output.append(full - begin[dimension] - end[dimension])
            }
            guard output[dimension] >= 1 else {
                throw HoneError(.invalidModel, "pads leave nothing of spatial dimension \(dimension)")
            }
        }
        return SlidingWindow(
            kernel: kernel, strides: strides, dilations: dilations, padsBegin: begin, padsEnd: end, input: spatial,
            output: output)
    }
}
