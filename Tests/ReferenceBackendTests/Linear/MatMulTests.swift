import ModelGraph
import Tensors
import Testing

@Suite struct MatMulTests {
    /// Operand shapes, the product's, and for each matrix of the product which ones it multiplies.
    static let stacks: [(a: [Int], b: [Int], y: [Int], matrices: [(Int, Int)])] = [
        ([3, 70], [70, 5], [3, 5], [(0, 0)]),
        ([4], [4], [], [(0, 0)]),
        ([4], [4, 3], [3], [(0, 0)]),
        ([3, 4], [4], [3], [(0, 0)]),
        ([2, 1, 3, 4], [3, 4, 5], [2, 3, 3, 5], [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]),
        ([4], [2, 4, 5], [2, 5], [(0, 0), (0, 1)]),
        ([2, 3, 4], [4], [2, 3], [(0, 0), (1, 0)]),
    ]

    @Test(arguments: stacks.indices) func multipliesStacks(index: Int) throws {
        let stack = MatMulTests.stacks[index]
        var generator = SeededFloats(seed: UInt64(index))
        let a = Tensor.random(stack.a, using: &generator)
        let b = Tensor.random(stack.b, using: &generator)
        let rows = stack.a.count == 1 ? 1 : stack.a[stack.a.count - 2]
        let depth = stack.a[stack.a.count - 1]
        let columns = stack.b.count == 1 ? 1 : stack.b[stack.b.count - 1]
        let (left, right) = (a.floats(), b.floats())
        var expected: [Float] = []
        for (first, second) in stack.matrices {
            for row in 0..<rows {
                for column in 0..<columns {
                    expected.append(
                        (0..<depth).reduce(0) { acc, k in
                            acc.addingProduct(
                                left[(first * rows + row) * depth + k],
                                right[(second * depth + k) * columns + column])
                        })
                }
            }
        }
        let y = try LinearTrial(type: "MatMul", inputs: [a, b]).run()[0]
        #expect(y == Tensor(expected, shape: stack.y))
    }

    @Test func integersWrap() throws {
        let narrow = try LinearTrial(
            type: "MatMul",
            inputs: [Tensor([UInt32.max, 2], shape: [1, 2]), Tensor([UInt32.max, 3], shape: [2, 1])]
        ).run()[0]
        #expect(narrow == Tensor([7] as [UInt32], shape: [1, 1]))
        let wide = try LinearTrial(
            type: "MatMul",
            inputs: [Tensor([Int64.max, 1], shape: [1, 2]), Tensor([2, 5] as [Int64], shape: [2, 1])]
        ).run()[0]
        #expect(wide == Tensor([3] as [Int64], shape: [1, 1]))
    }

    @Test func shapesThatDoNotFitAreErrors() {
        func code(_ a: [Int], _ b: [Int]) -> HoneError.Code? {
            LinearTrial(
                type: "MatMul",
                inputs: [Tensor(zeros: TensorType(.float32, a)), Tensor(zeros: TensorType(.float32, b))]
            ).failure()
        }
        #expect(code([2, 3], [2, 3]) == .invalidModel)
        #expect(code([], [3]) == .invalidModel)
        #expect(code([2, 2, 3], [4, 3, 2]) == .invalidModel)
        #expect(code([2, 0], [0, 3]) == nil)
    }
}
