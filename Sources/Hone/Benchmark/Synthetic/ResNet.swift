// He et al. 2016, arXiv:1512.03385, table 1; strides in the 3x3 convolutions, as most implementations have them.

extension NetworkPart {
    static let resNet18 = resNet(
        isBottleneck: false, stages: [(width: 64, blocks: 2), (128, 2), (256, 2), (512, 2)])
    static let resNet50 = resNet(
        isBottleneck: true, stages: [(width: 64, blocks: 3), (128, 4), (256, 6), (512, 3)])

    private static func resNet(isBottleneck: Bool, stages: [(width: Int, blocks: Int)]) -> [NetworkPart] {
        var parts: [NetworkPart] = [
            .convolution(NetworkConvolution(outputs: 64, kernel: 7, stride: 2, activation: .relu)),
            .maxPool(kernel: 3, stride: 2, padding: 1),
        ]
        var channels = 64
        for (index, stage) in stages.enumerated() {
            let outputs = isBottleneck ? stage.width * 4 : stage.width
            for block in 0..<stage.blocks {
                let stride = block == 0 && index > 0 ? 2 : 1
                let branch =
                    isBottleneck
                    ? bottleneck(stage.width, outputs, stride: stride) : basic(stage.width, stride: stride)
                let shortcut =
                    stride == 1 && channels == outputs
                    ? nil : NetworkConvolution(outputs: outputs, kernel: 1, stride: stride, gain: 0.7)
                parts.append(.residual(branch: branch, shortcut: shortcut, activation: .relu))
                channels = outputs
            }
        }
        return parts
    }

    private static func basic(_ width: Int, stride: Int) -> [NetworkConvolution] {
        [
            NetworkConvolution(outputs: width, kernel: 3, stride: stride, activation: .relu),
            NetworkConvolution(outputs: width, kernel: 3, gain: 0.35),
        ]
    }

    private static func bottleneck(_ width: Int, _ outputs: Int, stride: Int) -> [NetworkConvolution] {
        [
            NetworkConvolution(outputs: width, kernel: 1, activation: .relu),
            NetworkConvolution(outputs: width, kernel: 3, stride: stride, activation: .relu),
            NetworkConvolution(outputs: outputs, kernel: 1, gain: 0.35),
        ]
    }
}
