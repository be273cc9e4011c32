import Tensors

/// A product of 8-bit rows with a constant matrix: what `MatMulInteger`, `QLinearMatMul` and `QGemm` have in common.
package struct GemmU8BlockProblem {
    /// What is stored for each sum; parameters for each column, or one for all.
    package enum Result {
        /// Requantized with these multipliers, clamped to a range of the output's own integers.
        case quantized(multipliers: [Float], zeroPoint: Int32, range: ClosedRange<Int32>)
        /// `float(sum) * multiplier`.
        case real(multipliers: [Float])
        /// The int32 sums.
        case sums
    }

    /// The zero point of the rows, in their own type.
    package enum ZeroPoint {
        case constant(Int32)
        /// Computed by another step, as after DynamicQuantizeLinear: one element.
        case computed(StepOperands.Value)
    }

    package var rows: Int
    package var depth: Int
    package var columns: Int

    /// `[rows, depth]`, or `[depth, rows]` where transposed.
    package var input: StepOperands.Value
    package var transposesInput: Bool
    package var inputZeroPoint: ZeroPoint

    /// `[depth, columns]`, or `[columns, depth]` where transposed.
    package var weights: Tensor
    /// Which of the step's inputs they are.
    package var weightsPosition: Int
    package var transposesWeights: Bool
    /// One, or one for each column.
    package var weightZeroPoints: [Int32]

    /// What sums start from: one, or one for each column.
    package var starts: [Int32]
    package var output: StepOperands.Value
    package var result: Result

    package init(
        rows: Int, depth: Int, columns: Int, input: StepOperands.Value, transposesInput: Bool = false,
        inputZeroPoint: ZeroPoint, weights: Tensor, weightsPosition: Int, transposesWeights: Bool = false,
        weightZeroPoints: [Int32],
        starts: [Int32] = [0], output: StepOperands.Value, result: Result
    ) {
        (self.rows, self.depth, self.columns, self.input) = (rows, depth, columns, input)
        (self.transposesInput, self.inputZeroPoint, self.weights) = (transposesInput, inputZeroPoint, weights)
        (self.weightsPosition, self.transposesWeights) = (weightsPosition, transposesWeights)
        self.weightZeroPoints = weightZeroPoints
        (self.starts, self.output, self.result) = (starts, output, result)
    }

    /// Whether sizes are such that indices of the kernel, which are 32 bits wide, hold them.
    package static func takes(rows: Int, depth: Int, columns: Int) -> Bool {
        let largest = 1 << 30
        guard rows > 0, depth > 0, columns > 0, rows <= largest, depth <= largest, columns <= largest else {
            return false
        }
        // Splitting makes three entries of a weight at most.
        return depth * columns <= 1 << 34
    }
}

extension StepOperands {
    /// The zero point of rows, 0 where it is absent.
    package func rowZeroPoint(_ index: Int) -> GemmU8BlockProblem.ZeroPoint {
        guard let value = input(index) else { return .constant(0) }
        return integers(index).first.map { .constant($0) } ?? .computed(value)
    }

    /// The zero points of columns, 0 where they are absent.
    func columnZeroPoints(_ index: Int) -> [Int32] { input(index) == nil ? [0] : integers(index) }

    /// Whether inputs are absent or constant, with one element, or `count` of them where a `count` is given.
    package func areConstant(_ indices: [Int], elements count: Int = 1) -> Bool {
        indices.allSatisfy { index in
            guard let value = input(index) else { return true }
            return value.constant != nil && (value.type.elementCount == 1 || value.type.elementCount == count)
        }
    }
}
