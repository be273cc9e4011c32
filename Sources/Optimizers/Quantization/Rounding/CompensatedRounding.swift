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
    /// - Parameter nearest: the weights rounded to nearest, whose scales are kept.
    /// - Returns: nil if nothing can be gained: no rows were seen, or they hold values that are not finite.
    static func round(_ layer: WeightedLayer, _ hessian: LayerHessian, nearest: WeightQuantization) -> Outcome? {
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
            var errors = [(Double, Double)](repeating: (0, 0), count: outputs)
            let isPerChannel = nearest.axis != nil && scales.count > 1
            integers.withUnsafeMutableBufferPointer { integers in
                errors.withUnsafeMutableBufferPointer { errors in
                    nonisolated(unsafe) let (integers, errors) = (integers, errors)
                    HostThreads.forEach(count: (outputs + outputsTogether - 1) / outputsTogether) { part in
                        let members = (part * outputsTogether)..<min((part + 1) * outputsTogether, outputs)
                        var sweeps = members.map { output -> Sweep in
                            let scale = Double(scales[isPerChannel ? block.group * outputs + output : 0])
                            let places = order.map { column in
                                rows.weightIndex(
                                    group: block.group, output: output, column: block.columns.lowerBound + column)
                            }
                            return Sweep(
                                places: places, real: places.map { Double(weights[$0]) / scale },
                                nearest: places.map { Double(nearestIntegers[$0]) })
                        }
                        factor.elements.withUnsafeBufferPointer { elements in
                            for k in stride(from: size - 1, through: 0, by: -1) {
                                let row = UnsafeBufferPointer(
                                    rebasing: elements[(k * factor.stride)...(k * factor.stride + k)])
                                for member in sweeps.indices { sweeps[member].take(k, row) }
                            }
                        }
                        for (output, sweep) in zip(members, sweeps) {
                            let scale = Double(scales[isPerChannel ? block.group * outputs + output : 0])
                            // Rounding to nearest may win where hardly anything correlates.
                            let wins = sweep.cost < sweep.nearestCost
                            if wins {
                                for (place, value) in zip(sweep.places, sweep.chosen) { integers[place] = Int8(value) }
                            }
                            errors[output] = (
                                scale * scale * min(sweep.cost, sweep.nearestCost), scale * scale * sweep.nearestCost
                            )
                        }
                    }
                }
            }
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
    private static let outputsTogether = 8
}

/// One output on its way through the columns, beside what rounding to nearest would cost; all in steps of its scale.
private struct Sweep {
    /// Where the weights are in their tensor.
    let places: [Int]
    private let real: [Double]
    private let nearest: [Double]
    private(set) var chosen: [Double]
    /// `sum_{i>k} L_ik e_i` by k, of this and of rounding to nearest.
    private var carried: [Double]
    private var carriedNearest: [Double]
    private(set) var cost = 0.0
    private(set) var nearestCost = 0.0

    init(places: [Int], real: [Double], nearest: [Double]) {
        (self.places, self.real, self.nearest) = (places, real, nearest)
        chosen = nearest
        carried = [Double](repeating: 0, count: real.count)
        carriedNearest = carried
    }

    /// Rounds column `k`.
    ///
    /// - Parameter row: of the factor, up to its diagonal.
    mutating func take(_ k: Int, _ row: UnsafeBufferPointer<Double>) {
        let limit = Double(WeightQuantization.limit)
        let wanted = real[k] + carried[k] / row[k]
        let rounded = min(max(wanted.rounded(.toNearestOrEven), -limit), limit)
        chosen[k] = rounded
        let (error, nearestError) = (real[k] - rounded, real[k] - nearest[k])
        let (rest, nearestRest) = (carried[k] + row[k] * error, carriedNearest[k] + row[k] * nearestError)
        cost += rest * rest
        nearestCost += nearestRest * nearestRest
        carried.withUnsafeMutableBufferPointer { carried in
            carriedNearest.withUnsafeMutableBufferPointer { carriedNearest in
                for column in 0..<k {
                    carried[column] += row[column] * error
                    carriedNearest[column] += row[column] * nearestError
                }
            }
        }
    }
}
