import ModelGraph
import Runtime
import Tensors

/// One step of a plan with how long it took.
package struct LayerTiming: Sendable {
    package let name: String
    package let operatorType: String
    /// The type of the first output.
    package let output: String
    /// The median over the profiled runs.
    package let milliseconds: Double
    /// Multiply-accumulates of the dense operator.
    package let multiplyAccumulateCount: Int
    /// Whether these are products of integers.
    package let isInteger: Bool
    /// The share of weight blocks that hold anything but zeros; nil where there are none.
    package let density: Double?
    /// Dense operations a second divided by the peak that was measured right before and after, the median over the profiled
    /// runs; nil where that was another arithmetic's.
    package let ratioToPeak: Double?

    /// Dense operations a second, two to a multiply-accumulate, in units of 1e9; nil for a step that has none.
    package var gops: Double? {
        guard multiplyAccumulateCount > 0, milliseconds > 0 else { return nil }
        return 2 * Double(multiplyAccumulateCount) / milliseconds / 1e6
    }

    /// The share of the peak, in percent, that the blocks which hold anything but zeros make up.
    ///
    /// - Parameter peaks: those of the whole benchmark, where none was measured beside the layer's own runs.
    package func percentOfPeak(_ peaks: MeasuredPeaks) -> Double? {
        if let ratioToPeak { return 100 * ratioToPeak * (density ?? 1) }
        let peak = isInteger ? peaks.integerGops : peaks.floatGops
        guard let gops, peak > 0 else { return nil }
        return 100 * gops * (density ?? 1) / peak
    }
}

/// What is known of a step before it is timed.
struct LayerDescription {
    let name: String
    let operatorType: String
    let output: String
    let multiplyAccumulateCount: Int
    let isInteger: Bool
    let density: Double?

    init(_ step: PlanStep, plan: Plan, _ densities: LayerDensities) {
        let inputs = step.inputs.map { $0.map { plan.values[$0].type } }
        let outputs = step.outputs.map { $0.map { plan.values[$0].type } }
        let made = step.node.outputs.first { !$0.isEmpty } ?? ""
        name = step.node.name.isEmpty ? made : step.node.name
        operatorType = step.node.qualifiedType
        output = outputs.first.flatMap { $0?.description } ?? ""
        multiplyAccumulateCount =
            (step.typedOperator as? any MultiplyAccumulating)?
            .multiplyAccumulateCount(inputs: inputs, outputs: outputs) ?? 0
        isInteger = inputs.first.flatMap { $0?.elementType.isFloatingPoint } == false
        density = densities[step.node]
    }

    /// - Parameters:
    ///   - samples: milliseconds of each profiled run.
    ///   - peaks: for each of them the peak of that moment, in 1e9 operations a second; empty where none was measured.
    ///   - isInteger: the arithmetic of these peaks.
    func timing(_ samples: [Double], peaks: [Double], isInteger peaksAreIntegers: Bool) -> LayerTiming {
        let operations = 2 * Double(multiplyAccumulateCount) / 1e6
        let ratios = zip(samples, peaks).map { operations / $0 / $1 }
        let isMeasured = multiplyAccumulateCount > 0 && isInteger == peaksAreIntegers
        return LayerTiming(
            name: name, operatorType: operatorType, output: output,
            milliseconds: LatencyStatistics(milliseconds: samples)?.median ?? 0,
            multiplyAccumulateCount: multiplyAccumulateCount, isInteger: isInteger, density: density,
            ratioToPeak: isMeasured ? LatencyStatistics(milliseconds: ratios)?.median : nil)
    }
}

extension Session {
    /// Runs one batch and gives each step with its milliseconds, in the order in which they ran.
    func stepTimes(_ feed: [String: Tensor]) throws(HoneError) -> [(step: PlanStep, milliseconds: Double)] {
        var times: [(step: PlanStep, milliseconds: Double)] = []
        _ = try run(feed) { times.append(($0.step, $0.duration.inMilliseconds)) }
        return times
    }
}
