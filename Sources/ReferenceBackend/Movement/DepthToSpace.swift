import ModelGraph
import Tensors

extension DepthToSpace: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (input, output) = (inputs.required(0), outputs.required(0))
        guard output.elementCount > 0 else { return }
        let (channels, height, width) = (output.shape[1], input.shape[2], input.shape[3])
        let area = height * width
        // The input's channel index is (block row, block column, channel) or (channel, block row, block column).
        let isDepthFirst = mode == .depthColumnRow
        let blockColumn = isDepthFirst ? channels * area : area
        let channel = isDepthFirst ? area : blockSize * blockSize * area
        let walk = StridedWalk(
            shape: [output.shape[0], channels, height, blockSize, width, blockSize],
            strides: [input.shape[1] * area, channel, width, blockSize * blockColumn, 1, blockColumn])
        copyElements(input, walk, to: output)
    }
}
