import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// Rows, Hessians, the factor and the rounding that uses them.
@Suite struct CompensatedRoundingTests {
    private typealias Fixture = QuantizerFixture

    /// The factor gives the matrix back, at sizes on either side of a panel, and with the same bits at any number of threads.
    @Test(arguments: [1, 2, 63, 64, 65, 131])
    func theFactorGivesTheMatrixBack(size: Int) throws {
        var generator = SeededGenerator(seed: UInt64(size))
        let rows = (0..<(size + 8)).map { _ in (0..<size).map { _ in Double.random(in: -1...1, using: &generator) } }
        func element(_ row: Int, _ column: Int) -> Double { rows.reduce(0) { $0 + $1[row] * $1[column] } }
        let factor = try #require(CholeskyFactor(size: size, element))
        for row in 0..<size {
            for column in 0...row {
                let product = (0...column).reduce(0) {
                    $0 + factor.elements[row * factor.stride + $1] * factor.elements[column * factor.stride + $1]
                }
                #expect(abs(product - element(row, column)) < 1e-9 * Double(size + 8))
            }
        }
        let alone = try #require(HostThreads.$limit.withValue(1) { CholeskyFactor(size: size, element) })
        #expect(alone.elements == factor.elements)
    }

    @Test func aMatrixThatIsNotPositiveDefiniteHasNoFactor() {
        #expect(CholeskyFactor(size: 2) { row, column in row == column ? 1 : 2 } == nil)
        #expect(CholeskyFactor(size: 1) { _, _ in .nan } == nil)
    }

    /// Rows times weights are the convolution: stride, padding, dilation, groups, depthwise.
    @Test(arguments: [
        (1, 1, 0, 1, 3), (1, 2, 1, 1, 3), (1, 1, 2, 2, 3), (2, 1, 1, 1, 3), (4, 2, 1, 1, 2), (1, 1, 0, 1, 1),
    ])
    func rowsTimesWeightsAreTheConvolution(group: Int, stride: Int, pad: Int, dilation: Int, kernel: Int) throws {
        var generator = SeededGenerator(seed: 7)
        let weights = Fixture.random([8, 4 / group, kernel, kernel], -1...1, &generator)
        var graph = Fixture.graph(
            [
                Node(
                    "Conv", name: "c", inputs: ["x", "w"], outputs: ["y"],
                    attributes: [
                        "group": .int(Int64(group)), "strides": .ints([Int64(stride), Int64(stride)]),
                        "pads": .ints(Array(repeating: Int64(pad), count: 4)),
                        "dilations": .ints([Int64(dilation), Int64(dilation)]),
                    ])
            ], ["w": weights])
        graph.inputs[0].shape = nil
        let x = Fixture.random([2, 4, 7, 7], -1...1, &generator)
        let y = try Fixture.run(graph, x)
        let layer = try #require(WeightedLayer(0, in: graph, perTensor: false))
        let rows = try #require(LayerRows(layer, in: graph))
        let positions = y.shape[2] * y.shape[3]
        #expect(positions <= LayerRows.positionsPerSample)
        let (expected, w) = (y.elements(as: Float.self), weights.elements(as: Float.self))
        var compared = 0
        try x.withUnsafeBytes { bytes in
            try rows.forEachGroup(
                TensorView(type: x.type, bytes: bytes), sample: 1, of: 2, number: 1, stride: rows.columns
            ) { group, matrix, count in
                #expect(count == positions)
                for output in 0..<rows.outputsPerGroup {
                    for position in 0..<count {
                        let sum = (0..<rows.columns).reduce(Float(0)) {
                            $0 + matrix[position * rows.columns + $1]
                                * w[rows.weightIndex(group: group, output: output, column: $1)]
                        }
                        let channel = group * rows.outputsPerGroup + output
                        #expect(abs(sum - expected[(8 + channel) * positions + position]) < 1e-4)
                        compared += 1
                    }
                }
            }
        }
        #expect(compared == 8 * positions)
    }

    /// A Hessian is the sum of products of rows; blocks hold its diagonal; batches do not matter.
    @Test func hessiansAreSumsOfProducts() throws {
        var generator = SeededGenerator(seed: 9)
        let graph = Fixture.graph(
            [Node("Gemm", name: "g", inputs: ["x", "w"], outputs: ["y"])],
            ["w": Fixture.random([70, 3], -1...1, &generator)])
        let layer = try #require(WeightedLayer(0, in: graph, perTensor: false))
        let rows = try #require(LayerRows(layer, in: graph))
        let x = Fixture.random([5, 70], -1...1, &generator)
        let values = x.elements(as: Float.self)
        func hessian(_ batches: [Range<Int>], limit: Int) throws -> LayerHessian {
            var hessian = LayerHessian(rows, blockLimit: limit)
            for batch in batches {
                let part = Tensor(
                    Array(values[(batch.lowerBound * 70)..<(batch.upperBound * 70)]), shape: [batch.count, 70])
                try part.withUnsafeBytes {
                    try hessian.add(
                        TensorView(type: part.type, bytes: $0), samples: batch.count, number: batch.lowerBound)
                }
            }
            return hessian
        }
        let whole = try hessian([0..<5], limit: 100)
        #expect(whole.rowCount == 5)
        for row in 0..<70 {
            for column in 0..<70 {
                let sum = (0..<5).reduce(Float(0)) { $0 + values[$1 * 70 + row] * values[$1 * 70 + column] }
                #expect(abs(whole.blocks[0][row, column] - sum) < 1e-5)
            }
        }
        #expect(try hessian([0..<2, 2..<5], limit: 100).blocks[0].gram.sums == whole.blocks[0].gram.sums)
        let parts = try hessian([0..<5], limit: 40)
        #expect(parts.blocks.map(\.columns) == [0..<35, 35..<70])
        #expect(parts.blocks[1][3, 2] == whole.blocks[0][38, 37])
    }

    /// On inputs that correlate, the layer's error falls, the scales stay, and the error that is stated is the real one.
    @Test(arguments: [false, true])
    func compensationLowersTheErrorOfCorrelatedInputs(transposed: Bool) throws {
        var generator = SeededGenerator(seed: 11)
        let (inputs, outputs, count) = (48, 6, 200)
        let weights = Fixture.random(transposed ? [outputs, inputs] : [inputs, outputs], -1...1, &generator)
        let graph = Fixture.graph(
            [
                Node(
                    "Gemm", name: "g", inputs: ["x", "w"], outputs: ["y"],
                    attributes: ["transB": .int(transposed ? 1 : 0)])
            ], ["w": weights])
        var values: [Float] = []
        for _ in 0..<count {
            let common = Float.random(in: 0...2, using: &generator)
            for _ in 0..<inputs { values.append(common + Float.random(in: -0.3...0.3, using: &generator)) }
        }
        let layer = try #require(WeightedLayer(0, in: graph, perTensor: false))
        var hessian = LayerHessian(try #require(LayerRows(layer, in: graph)), blockLimit: 100)
        let x = Tensor(values, shape: [count, inputs])
        try x.withUnsafeBytes {
            try hessian.add(TensorView(type: x.type, bytes: $0), samples: count, number: 0)
        }
        let nearest = layer.nearest(inputScale: 0.01)
        let outcome = try #require(CompensatedRounding.round(layer, hessian, nearest: nearest))
        #expect(outcome.error < 0.5 * outcome.nearestError)
        func error(_ integers: Tensor) -> Double {
            let (q, w) = (integers.elements(as: Int8.self), weights.elements(as: Float.self))
            var sum = 0.0
            for row in 0..<count {
                for output in 0..<outputs {
                    var difference = 0.0
                    for input in 0..<inputs {
                        let place = transposed ? output * inputs + input : input * outputs + output
                        let real = Double(w[place]) - Double(nearest.scales[output]) * Double(q[place])
                        difference += real * Double(values[row * inputs + input])
                    }
                    sum += difference * difference
                }
            }
            return sum
        }
        #expect(error(outcome.integers) < 0.5 * error(nearest.values))
        #expect(outcome.integers.elements(as: Int8.self).allSatisfy { $0 >= -127 })
        #expect(CompensatedRounding.round(layer, LayerHessian(hessian.rows, blockLimit: 100), nearest: nearest) == nil)
    }

    @Test func positionsAreWithinBoundsAndDependOnTheSampleAlone() {
        #expect(LayerRows.positions(5, number: 3) == [0, 1, 2, 3, 4])
        let chosen = LayerRows.positions(1024, number: 3)
        #expect(chosen.count == LayerRows.positionsPerSample)
        #expect(chosen.allSatisfy { (0..<1024).contains($0) })
        #expect(Set(chosen).count > 60)
        #expect(chosen == LayerRows.positions(1024, number: 3))
        #expect(chosen != LayerRows.positions(1024, number: 4))
    }
}
