import ModelGraph
import Tensors

/// Turns a float graph into a QDQ one that computes in int8: standard ONNX, with QuantizeLinear and DequantizeLinear
/// around what runs on integers.
///
/// Weights and biases are stored as integers behind a DequantizeLinear. Batch normalisation should have been folded before.
package struct Quantizer: Sendable {
    package let options: QuantizationOptions
    private let evaluator: any OperatorEvaluator

    package init(options: QuantizationOptions = QuantizationOptions(), evaluator: any OperatorEvaluator) {
        self.options = options
        self.evaluator = evaluator
    }

    /// The values whose statistics `quantize` needs.
    package func valuesToCalibrate(in graph: Graph) throws(HoneError) -> Set<String> {
        let prepared = try prepared(graph)
        return QuantizationPlan(prepared, options: options, calibrated: nil).quantized
    }

    /// Quantizes a graph.
    ///
    /// - Parameter record: statistics of `valuesToCalibrate`; a node with a value that the record lacks stays float.
    /// - Throws: `.invalidInput` if the record has nothing that the graph needs, or a value of which no element was finite;
    ///   `.unsupported` if the graph's opset cannot be raised.
    package func quantize(
        _ graph: Graph, calibration record: CalibrationRecord
    ) throws(HoneError) -> (graph: Graph, report: QuantizationReport) {
        let prepared = try prepared(graph)
        let known = Set(record.statistics.keys)
        let plan = QuantizationPlan(prepared, options: options, calibrated: known)
        if plan.quantized.isEmpty {
            let needed = QuantizationPlan(prepared, options: options, calibrated: nil).quantized
            guard needed.isEmpty else {
                throw HoneError(
                    .invalidInput, "the calibration record has none of the \(needed.count) values that are needed",
                    remedy: "calibrate this model on representative data first")
            }
        }
        try checkThatValuesWereFinite(prepared, plan, record)
        var builder = QuantizedGraphBuilder(prepared, plan: plan, options: options, record: record)
        var quantized = builder.build()
        if options.format == .qoperator { QOperatorConversion.run(on: &quantized, options: options) }
        try quantized.validate()
        return (quantized, builder.report())
    }

    /// Elements that are not finite are left out of a range; where nothing else was seen there is no range to choose.
    private func checkThatValuesWereFinite(
        _ graph: Graph, _ plan: QuantizationPlan, _ record: CalibrationRecord
    ) throws(HoneError) {
        // In the order of the graph, so that the error names the value where it begins.
        for value in graph.inputs.map(\.name) + graph.nodes.flatMap(\.outputs) where plan.quantized.contains(value) {
            guard let statistics = record[value], statistics.elementCount > 0, statistics.extremes == nil else {
                continue
            }
            throw HoneError(
                .invalidInput, "no element of '\(value)' was a finite number during calibration",
                remedy: "look for NaN and infinity in the data, and for a std or div that is too small")
        }
    }

    /// What is planned and quantized: the graph at an opset with scales for each channel, additions of a bias in the Gemm.
    /// Preparing again changes nothing.
    func prepared(_ graph: Graph) throws(HoneError) -> Graph {
        var prepared = graph
        try OpsetRaising.raise(&prepared)
        try prepared.validate()
        // A bias joins the int32 accumulator of a Gemm, where an Add would round the product to eight bits before it.
        let fusion = MatMulBiasFusion { [options] node in options.exclusion(of: node) == nil }
        if !options.excludedOperators.contains("Gemm") {
            _ = try fusion.run(on: &prepared, evaluator: evaluator)
        }
        return prepared
    }
}
