import ModelGraph
import OpenCLBackend
import Runtime
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct MovementTests {
    private static let sizes: [ElementType] = [.int8, .bool, .uint16, .float32, .int64]

    private func integers(_ numbers: [Int]) -> Tensor { Tensor(numbers.map { Int64($0) }) }

    @Test(arguments: sizes) func copiesAreTheDefinitions(type: ElementType) throws {
        var random = TrialValues(seed: 2)
        let x = random.tensor(type, [2, 3, 4, 6])
        for order in [[3, 1, 0, 2], [0, 2, 3, 1], [1, 0, 2, 3]] {
            try OperatorTrial(Transpose.self, opset: 13, ["perm": .ints(order.map { Int64($0) })], [x]).check(seed: 2)
        }
        try OperatorTrial(Reshape.self, opset: 13, [:], [x, integers([6, -1])]).check(seed: 2)
        try OperatorTrial(Flatten.self, opset: 13, [:], [x]).check(seed: 2)
        try OperatorTrial(Identity.self, opset: 13, [:], [random.tensor(type, [])]).check(seed: 2)
        try OperatorTrial(Unsqueeze.self, opset: 13, [:], [x, integers([0])]).check(seed: 2)
        try OperatorTrial(Squeeze.self, opset: 13, [:], [random.tensor(type, [1, 5]), integers([0])]).check(seed: 2)
        try OperatorTrial(
            Slice.self, opset: 13, [:],
            [x, integers([3, 1]), integers([-9, 6]), integers([2, 3]), integers([-2, 2])]
        ).check(seed: 2)
        try OperatorTrial(Expand.self, opset: 13, [:], [random.tensor(type, [3, 1]), integers([2, 1, 4])])
            .check(seed: 2)
        try OperatorTrial(Tile.self, opset: 13, [:], [random.tensor(type, [2, 3, 1]), integers([2, 3, 2])])
            .check(seed: 2)
        let deep = random.tensor(type, [2, 12, 3, 5])
        for mode in ["DCR", "CRD"] {
            try OperatorTrial(DepthToSpace.self, opset: 13, ["blocksize": .int(2), "mode": .string(mode)], [deep])
                .check(seed: 2)
        }
        try OperatorTrial(SpaceToDepth.self, opset: 13, ["blocksize": .int(2)], [x]).check(seed: 2)
    }

    @Test(arguments: sizes) func picksAndPadsAreTheDefinitions(type: ElementType) throws {
        var random = TrialValues(seed: 6)
        let x = random.tensor(type, [2, 4, 5])
        let indices = Tensor([Int64(3), -1, 0, 2, 2, -4], shape: [2, 3])
        try OperatorTrial(Gather.self, opset: 13, ["axis": .int(1)], [x, indices], constants: [1]).check(seed: 6)
        try OperatorTrial(Gather.self, opset: 13, ["axis": .int(1)], [x, indices]).check(seed: 6, count: 0)
        for mode in ["constant", "edge", "reflect", "wrap"] {
            for pads in [[1, 0, 2, 0, 3, 1], [0, -1, 3, 1, 2, -1]] {
                for fill in [nil, random.tensor(type, [])] {
                    try OperatorTrial(
                        Pad.self, opset: 19, ["mode": .string(mode)], [x, integers(pads)] + (fill.map { [$0] } ?? [])
                    ).check(seed: 6)
                }
            }
        }
    }

    @Test(arguments: 0..<8) func joinsAndSplitsAreTheDefinitions(seed: Int) throws {
        var random = TrialValues(seed: seed)
        let type = random.oneOf([ElementType.uint8, .int8, .float32, .int64])
        let axis = seed % 4 == 3 ? 2 : 1
        let shape = random.imageShape()
        var (parts, sizes): ([Tensor], [Int]) = ([], [])
        for _ in 0..<3 {
            var own = shape
            own[axis] = random.oneOf([3, 4, 16, 20, 32])
            sizes.append(own[axis])
            parts.append(random.tensor(type, own))
        }
        try OperatorTrial(Concat.self, opset: 13, ["axis": .int(Int64(axis))], parts).check(seed: seed)
        var whole = shape
        whole[axis] = sizes.reduce(0, +)
        try OperatorTrial(
            Split.self, opset: 13, ["axis": .int(Int64(axis))], [random.tensor(type, whole), integers(sizes)],
            outputCount: 3
        ).check(seed: seed)
    }

    @Test func droppingNothingIsTheDefinition() throws {
        var random = TrialValues(seed: 1)
        let x = random.tensor(.float32, [3, 7])
        try OperatorTrial(Dropout.self, opset: 13, [:], [x], outputCount: 2).check(seed: 1)
    }
}
