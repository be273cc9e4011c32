import Foundation
import Lowering
import ModelGraph
import Tensors

extension QLinearSoftmax: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2, 3, 4] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        step.poolQuantization == nil ? [] : step.rowMajorArrangements(.eightBit)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        guard let (from, to) = step.poolQuantization else { preconditionFailure("a form that arrangements refused") }
        let (input, result) = (try from.checked(), try to.checked())
        let flip = input.flip(isBlocked: false)
        let reals = (0...UInt8.max).map { input.real(ofByte: $0 ^ flip) }
        // For each greatest byte the exponential of each byte, as the definition computes them.
        let powers = reals.flatMap { greatest in reals.map { exp($0 - greatest) } }
        let bounds = result.bounds()
        return [
            try axis.lines(of: x.type.shape).launch(
                KernelProgram(file: "softmax_u8", defines: maker.device.divisionDefines), "softmax_u8",
                [.value(x.id), .value(y.id), .buffer(try maker.buffer(powers))],
                [
                    .int32(Int32(flip)), .float(result.scale), .float(1 / result.scale), .float(bounds.low),
                    .float(bounds.high), .int32(result.storedZeroPoint),
                ])
        ]
    }
}
