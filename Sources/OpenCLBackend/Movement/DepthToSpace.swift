import Lowering
import ModelGraph
import Tensors

extension DepthToSpace: CopyOperator {
    func walk(_ step: StepOperands, x: TensorType, y: TensorType) throws(HoneError) -> CopyWalk {
        let (channels, height, width) = (y.shape[1], x.shape[2], x.shape[3])
        let area = height * width
        // The channel index of the input is (block row, block column, channel) or (channel, block row, block column).
        let isDepthFirst = mode == .depthColumnRow
        let blockColumn = isDepthFirst ? channels * area : area
        let channel = isDepthFirst ? area : blockSize * blockSize * area
        return CopyWalk(
            shape: [y.shape[0], channels, height, blockSize, width, blockSize],
            source: [x.shape[1] * area, channel, width, blockSize * blockColumn, 1, blockColumn],
            elementBytes: y.elementType.byteCount)
    }
}
