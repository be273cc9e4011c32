import ModelGraph
import Runtime
import Tensors

/// What a least-squares fit of a layer needs to know of its data: for each convolution group the sums of products of its
/// inputs under the kernel, a one for the bias, and the outputs that it is to have, over output positions of all samples.
struct LayerMoments {
    let columns: Int
    let outputsPerGroup: Int
    /// By group, over `[inputs, 1, targets]`, or `[inputs, 1]` before targets are known.
    private var grams: [GramMatrix]
    private let rows: LayerRows
    /// Targets that follow from weights: by output `columns + 1` sums of products; empty where they are in the matrices.
    private var products: [Double] = []
    private var squares: [Double] = []
    /// How many positions were summed.
    private(set) var rowCount = 0

    /// - Parameter hasTargets: whether outputs are given beside inputs.
    init(_ rows: LayerRows, hasTargets: Bool) {
        self.rows = rows
        (columns, outputsPerGroup) = (rows.columns, rows.outputsPerGroup)
        let size = rows.columns + 1 + (hasTargets ? rows.outputsPerGroup : 0)
        grams = (0..<rows.groups).map { _ in GramMatrix(size: size) }
    }

    /// How much memory the sums of a layer take.
    static func byteCount(_ layer: PrunableLayer) -> Int {
        GramMatrix.byteCount(layer.columns + 1 + layer.outputsPerGroup) * layer.groups
    }

    /// Mean square of a group's inputs, summed over positions.
    func meanSquare(_ group: Int) -> Double {
        (0..<columns).reduce(0) { $0 + input(group, $1, $1) } / Double(columns)
    }

    /// The sum of products of two inputs; `columns` is the one of the bias.
    func input(_ group: Int, _ row: Int, _ column: Int) -> Double { Double(grams[group][row, column]) }

    /// The sum of products of an output's targets and an input.
    func cross(_ output: Int, _ column: Int) -> Double {
        guard products.isEmpty else { return products[output * (columns + 1) + column] }
        return Double(grams[output / outputsPerGroup][columns + 1 + output % outputsPerGroup, column])
    }

    /// The sum of squares of an output's targets.
    func square(_ output: Int) -> Double {
        guard squares.isEmpty else { return squares[output] }
        let place = columns + 1 + output % outputsPerGroup
        return Double(grams[output / outputsPerGroup][place, place])
    }

    /// Whether there is anything to fit to.
    var isUsable: Bool {
        rowCount > 0
            && grams.indices.allSatisfy { group in
                meanSquare(group).isFinite
                    && (group * outputsPerGroup..<(group + 1) * outputsPerGroup).allSatisfy { square($0).isFinite }
            }
    }

    /// Takes as targets what given weights make of the inputs.
    mutating func setTargets(_ matrix: LayerMatrix) {
        let size = columns + 1
        var products = [Double](repeating: 0, count: matrix.outputs * size)
        var squares = [Double](repeating: 0, count: matrix.outputs)
        let (grams, outputsPerGroup) = (grams, outputsPerGroup)
        products.withUnsafeMutableBufferPointer { products in
            squares.withUnsafeMutableBufferPointer { squares in
                nonisolated(unsafe) let (products, squares) = (products, squares)
                HostThreads.forEach(count: matrix.outputs) { output in
                    let weights = matrix.line(output)
                    let gram = grams[output / outputsPerGroup]
                    let result = products.baseAddress.map { $0 + output * size }
                    guard let result else { return }
                    gram.multiply(weights, into: result)
                    squares[output] = (0..<size).reduce(0) { $0 + weights[$1] * result[$1] }
                }
            }
        }
        (self.products, self.squares) = (products, squares)
    }

    /// The squared error of an output with these weights, the one of the bias last.
    func squaredError(_ output: Int, _ weights: [Double]) -> Double {
        let size = columns + 1
        let quadratic = grams[output / outputsPerGroup].quadratic(weights)
        let linear = (0..<size).reduce(0) { $0 + weights[$1] * cross(output, $1) }
        return max(square(output) - 2 * linear + quadratic, 0)
    }

    /// The squared error of all outputs, divided by the sum of squares of what they are to be.
    func relativeError(_ matrix: LayerMatrix) -> Double {
        var errors = [Double](repeating: 0, count: matrix.outputs)
        errors.withUnsafeMutableBufferPointer { errors in
            nonisolated(unsafe) let errors = errors
            HostThreads.forEach(count: matrix.outputs) { errors[$0] = squaredError($0, matrix.line($0)) }
        }
        let total = (0..<matrix.outputs).reduce(0) { $0 + square($1) }
        return total > 0 ? errors.reduce(0, +) / total : 0
    }

    /// Takes in a batch.
    ///
    /// - Parameters:
    ///   - input: the layer's input.
    ///   - targets: its output as it is to be: the sum of the first two, less the third; empty where there are none.
    ///   - number: of the batch's first sample in the data.
    mutating func add(_ input: Tensor, targets: [Tensor], samples: Int, number: Int) throws(HoneError) {
        let stride = GramMatrix.rowStride(grams[0].size)
        let areChannelsSecond = rows.areOutputsSecond
        var grams = self.grams
        self.grams = []
        defer { self.grams = grams }
        let values = targets.map { $0.elements(as: Float.self) }
        let outputs = rows.groups * outputsPerGroup
        let positions = (values.first?.count ?? 0) / max(outputs * samples, 1)
        let (columns, outputsPerGroup) = (columns, outputsPerGroup)
        for sample in 0..<samples {
            let chosen = LayerRows.positions(positions, number: number + sample, limit: rows.positionLimit)
            try input.withUnsafeBytes { bytes throws(HoneError) in
                let view = TensorView(type: input.type, bytes: bytes)
                try rows.forEachGroup(view, sample: sample, of: samples, number: number + sample, stride: stride) {
                    group, matrix, count in
                    precondition(values.isEmpty || count == chosen.count)
                    for row in 0..<count {
                        let line = matrix + row * stride + columns
                        line[0] = 1
                        guard !values.isEmpty else { continue }
                        for output in 0..<outputsPerGroup {
                            let channel = group * outputsPerGroup + output
                            let place =
                                areChannelsSecond
                                ? (sample * outputs + channel) * positions + chosen[row]
                                : (sample * positions + chosen[row]) * outputs + channel
                            var target = values[0][place]
                            if values.count == 3 { target += values[1][place] - values[2][place] }
                            line[1 + output] = target
                        }
                    }
                    grams[group].add(matrix, count: count, rowStride: stride)
                    if group == 0 { rowCount += count }
                }
            }
        }
    }
}

extension GramMatrix {
    /// The matrix times a vector, over the vector's length.
    fileprivate func multiply(_ vector: [Double], into result: UnsafeMutablePointer<Double>) {
        sums.withUnsafeBufferPointer { sums in
            for row in vector.indices {
                let line = row * stride
                let own = vector[row]
                var sum = Double(sums[line + row]) * own
                for column in 0..<row {
                    let element = Double(sums[line + column])
                    sum += element * vector[column]
                    result[column] += element * own
                }
                result[row] += sum
            }
        }
    }

    /// `v^T A v` over the vector's length; zeros in it cost nothing.
    fileprivate func quadratic(_ vector: [Double]) -> Double {
        let present = vector.indices.filter { vector[$0] != 0 }
        return sums.withUnsafeBufferPointer { sums in
            vector.withUnsafeBufferPointer { vector in
                var total = 0.0
                for (place, row) in present.enumerated() {
                    let line = row * stride
                    var sum = 0.0
                    for column in present[..<place] { sum += Double(sums[line + column]) * vector[column] }
                    total += vector[row] * (2 * sum + Double(sums[line + row]) * vector[row])
                }
                return total
            }
        }
    }
}

extension LayerMatrix {
    /// The weights of an output, and its bias.
    func line(_ output: Int) -> [Double] {
        Array(weights[(output * columns)..<((output + 1) * columns)]) + [bias[output]]
    }
}
