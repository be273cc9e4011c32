import Tensors

extension Operands {
    /// Checks a scale or zero point that is per tensor: one element, of rank 0 or 1.
    func checkPerTensor(_ index: Int, _ role: String, _ elementTypes: Set<ElementType>) throws(HoneError) {
        try checkPerChannel(index, role, elementTypes, channels: 1)
    }

    /// Checks a scale or zero point that is per tensor or per channel: of rank 0, or `[1]`, or `[channels]`.
    func checkPerChannel(
        _ index: Int, _ role: String, _ elementTypes: Set<ElementType>, channels: Int
    ) throws(HoneError) {
        let type = try type(index, in: elementTypes)
        guard type.shape == [] || type.shape == [1] || type.shape == [channels] else {
            let perChannel = channels == 1 ? "" : " or \(channels)"
            throw HoneError(.invalidModel, "\(role) has shape \(type.shape); expected one element\(perChannel)")
        }
    }
}
