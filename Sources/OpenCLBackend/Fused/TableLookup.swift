import Lowering
import ModelGraph
import Runtime
import Tensors

extension ModelGraph.TableLookup: OpenCLOperator {
    package var packedInputs: [Int] { [1] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0), step.input(1)?.constant != nil, step.isCountable else { return [] }
        var layouts: [OperandLayout] = [.rowMajor]
        if x.type.isImage {
            layouts.insert(.blocked(), at: 0)
            // The image of a network whose file turns uint8 into int8 before the first convolution, which reads such pixels.
            if 1..<BlockedLayout.groupChannels ~= x.type.shape[1] { layouts.insert(.packedPixels(), at: 0) }
        }
        return layouts.map { Arrangement(inputs: [0: $0], outputs: [0: $0]) }
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let table = step.input(1)?.constant else { preconditionFailure("a form that arrangements refused") }
        let (x, y) = step.unary
        return try ByteTable(x: x, y: y, table: table.withUnsafeBytes { Array($0) }).launches(maker)
    }
}
