import ModelGraph
import Runtime
import Tensors

/// Rounds weights one column after the other, each so that it makes up for the errors of those before it on the layer's
/// own inputs (GPTQ, Frantar et al. 2022, arXiv:2210.17323).
///
/// With `H = L L^T`, the error `e = w - q` of an output costs `|L^T e|^2`. Going through the columns from the last one, the
/// nearest integer to `w_k + sum_{i>k} L_ik e_i / L_kk` is the choice that GPTQ makes with the factor of the inverse (the
/// nearest plane of Babai 1986): one factorization, and no inverse. Columns whose inputs are largest come first.
enum CompensatedRounding {
    /// A share of the mean diagonal that is added to it.
    static let damping = 0.01

    /// The result for one layer.
    struct Outcome {
        /// In the shape of the weights.
        let integers: Tensor
        /// The expected squared error of the layer's outputs, of this and of rounding to nearest.
        let error: Double
        let nearestError: Double
    }

    /// Rounds a layer.
    ///
    /// - Parameters:
    ///   - nearest: the weights rounded to nearest, whose scales are kept.
    ///   - progress: is given how much more of `work` is done.
    /// - Returns: nil if nothing can be gained: no rows were seen, or they hold values that are not finite.
    static func round(
        _ layer: WeightedLayer, _ hessian: LayerHessian, nearest: WeightQuantization, progress: (Int) -> Void = { _ in }
    ) -> Outcome? {
        guard hessian.rowCount > 0 else { return nil }
        let rows = hessian.rows
        let weights = layer.weights.elements(as: Float.self)
        var integers = nearest.values.elements(as: Int8.self)
        let scales = nearest.scales
        let nearestIntegers = integers
        var (error, nearestError) = (0.0, 0.0)
        for block in hessian.blocks {
            let size = block.columns.count
            let diagonal = (0..<size).map { Double(block[$0, $0]) }
            let mean = diagonal.reduce(0, +) / Double(size)
            guard mean.isFinite else { return nil }
            // Inputs that are always zero cost nothing, however they are rounded.
            guard mean > 0 else { continue }
            // The last column is rounded first.
            let order = (0..<size).sorted { (diagonal[$0], $0) < (diagonal[$1], $1) }
            let factor = CholeskyFactor(size: size) { row, column in
                Double(block[order[row], order[column]]) + (row == column ? damping * mean : 0)
            }
            guard let factor else { return nil }
            let outputs = rows.outputsPerGroup
            progress(work(columns: size, outputs: 0))
            var errors = [(Double, Double)](repeating: (0, 0), count: outputs)
            let isPerChannel = nearest.axis != nil && scales.count > 1
            integers.withUnsafeMutableBufferPointer { integers in
                errors.withUnsafeMutableBufferPointer { errors in
                    nonisolated(unsafe) let (integers, errors) = (integers, errors)
                    HostThreads.forEach(count: (outputs + outputsTogether - 1) / outputsTogether) { part in
                        let members = (part * outputsTogether)..<min((part + 1) * outputsTogether, outputs)
                        func scale(_ output: Int) -> Double {
                            Double(scales[isPerChannel ? block.group * outputs + output : 0])
                        }
                        let places = members.map { output in
                            order.map { column in
                                rows.weightIndex(
                                    group: block.group, output: output, column: block.columns.lowerBound + column)
                            }
                        }
                        var sweep = RoundingSweep(
                            real: zip(members, places).map { output, places in
                                places.map { Double(weights[$0]) / scale(output) }
                            },
                            nearest: places.map { $0.map { Double(nearestIntegers[$0]) } })
                        sweep.run(factor)
                        for (member, output) in members.enumerated() {
                            // Rounding to nearest may win where hardly anything correlates.
                            let (cost, nearestCost) = (sweep.costs[member], sweep.nearestCosts[member])
                            if cost < nearestCost {
                                for (column, place) in places[member].enumerated() {
                                    integers[place] = Int8(sweep.chosen[member][column])
                                }
                            }
                            let square = scale(output) * scale(output)
                            errors[output] = (square * min(cost, nearestCost), square * nearestCost)
                        }
                    }
                }
            }
            progress(work(columns: size, outputs: outputs) - work(columns: size, outputs: 0))
            for (one, other) in errors {
                error += one
                nearestError += other
            }
        }
        guard error < nearestError else { return nil }
        return Outcome(
            integers: Tensor(integers, shape: layer.weights.shape), error: error, nearestError: nearestError)
    }

    /// Outputs that go through the factor together, so that each of its rows is read once for all.
    private static let outputsTogether = 16

    /// How many products a block takes, about: those of its factor, and those of its outputs on their way through it.
    static func work(columns: Int, outputs: Int) -> Int {
        columns * columns / 6 * columns + columns * columns * outputs
    }
}
