import Tensors

/// Computes single operators on known values: for constant folding and for specialising plans.
///
/// The reference backend is one. Inputs and outputs have the model's own element types.
package protocol OperatorEvaluator: Sendable {
    func evaluate(
        _ operator: any Operator, inputs: [Tensor?], outputTypes: [TensorType]
    ) throws(HoneError) -> [Tensor]
}
