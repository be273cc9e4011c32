import ModelGraph
import Optimizers
import ReferenceBackend
import Tensors

extension Model {
    /// Quantizes to int8 without data: weights now, activations as they come, over the whole of each batch.
    ///
    /// Layers read and write floating point; only their products are of integers. `settings.dynamicTypes` says which
    /// operators, `settings.excludedNodes` which nodes not.
    ///
    /// - Returns: a model of DynamicQuantizeLinear with MatMulInteger or ConvInteger, with a report for each node.
    /// - Throws: `.invalidOption` for an operator that has no such form or a node to exclude that is not there,
    ///   `.invalidInput` if there is nothing to quantize, `.unsupported` for a quantized model.
    public func dynamicallyQuantized(
        settings: QuantizationSettings = QuantizationSettings()
    ) throws(HoneError) -> QuantizedModel {
        let graph = try graphToQuantize(settings)
        let quantizer = try DynamicQuantizer(types: settings.dynamicTypes, options: settings.options(for: self.graph))
        let (quantized, report) = try quantizer.quantize(graph)
        return QuantizedModel(quantized, report, sampleCount: 0)
    }
}
