import Lowering
import ModelGraph
import Runtime
import Tensors
import TestSupport
import Testing

@testable import OpenCLBackend

/// ConvInteger: the int32 sums of `conv_u8_block` in row-major order.
@Suite(OpenCLDevices.areThere) struct ConvU8BlockSumsTests {
    private static let dot4 = ConvU8BlockTile.dot4(pixels: 2, outputs: 4, groupSize: 64)
    private static let matrix = ConvU8BlockTile.matrix(pixelTiles: 1, outputTiles: 2, warps: 2, prefetches: true)

    @Test(arguments: [dot4, matrix], [true, false])
    func integerConvolutions(tile: ConvU8BlockTile, computesZeroPoint: Bool) throws {
        for seed in 0..<6 {
            var random = SeededGenerator(seed: UInt64(seed))
            let channels = [1, 3, 16, 20, 40, 64][seed]
            let outputs = [5, 16, 33, 48, 7, 20][seed]
            let group = seed == 4 ? 1 : [1, 1, 1, 4, 1, 1][seed]
            let (xSigned, wSigned) = (Bool.random(using: &random), Bool.random(using: &random))
            let pad: Int64 = computesZeroPoint ? 0 : 1
            let inputs: [Tensor?] = [
                .eightBit([seed % 2 + 1, channels, 7, 9], signed: xSigned, &random),
                .eightBit([outputs, channels / group, 3, 2], signed: wSigned, &random),
                seed == 0 && !computesZeroPoint ? nil : .eightBit([], signed: xSigned, &random),
                seed == 1 ? nil : .eightBit(seed == 2 ? [outputs] : [], signed: wSigned, &random),
            ]
            let decoded = try DefinedOperator.decode(
                "ConvInteger",
                attributes: [
                    "group": .int(Int64(group)), "pads": .ints([pad, 0, pad, pad]), "strides": .ints([1, 2]),
                ], inputs: inputs)
            let kernel = try #require(decoded as? any OpenCLOperator)
            let expected = try DefinedOperator.evaluate(decoded, inputs)
            func operand(_ index: Int, constant: Bool) -> StepOperands.Value? {
                inputs[index].map {
                    .init(id: index, type: $0.type, layout: .rowMajor, constant: constant ? $0 : nil)
                }
            }
            var step = StepOperands(
                inputs: (0..<4).map { operand($0, constant: $0 != 0 && !($0 == 2 && computesZeroPoint)) },
                outputs: [.init(id: 4, type: expected.type, layout: .rowMajor, constant: nil)])
            let device = try #require(OpenCLDevices.chosen).info
            let arrangement = try #require(kernel.arrangements(step, on: device).first)
            guard case .blocked(let halo) = arrangement.inputs[0], let x = inputs[0] else {
                Issue.record("the input is not blocked")
                return
            }
            var driver = try ConvU8BlockDriver(seed: seed)
            step.inputs[0] = driver.value(
                x.type, .blocked(BlockedLayout(halo: halo, haloByte: arrangement.haloByte)), x)
            if computesZeroPoint, let zeroPoint = inputs[2] {
                step.inputs[2] = driver.value(zeroPoint.type, .rowMajor, zeroPoint)
            }
            let output = driver.value(expected.type, .rowMajor)
            step.outputs = [output]
            let got = try ConvU8BlockTile.$forced.withValue(tile) { try driver.run(kernel, step)[output.id] }
            let want = expected.withUnsafeBytes { Array($0) }
            let all = want + driver.before(output).dropFirst(want.count)
            #expect(got == all, "\(tile), seed \(seed): \(differences(got, all))")
        }
    }
}
