// Sandler et al. 2018, arXiv:1801.04381, table 2.

extension NetworkPart {
    /// Expansion, output channels, blocks, stride of the first.
    private static let stages = [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    static let mobileNetV2: [NetworkPart] = {
        var parts: [NetworkPart] = [
            .convolution(NetworkConvolution(outputs: 32, kernel: 3, stride: 2, activation: .relu6))
        ]
        var channels = 32
        for (expansion, outputs, blocks, firstStride) in stages {
            for block in 0..<blocks {
                let stride = block == 0 ? firstStride : 1
                let layers = invertedBottleneck(channels, expansion, outputs, stride)
                if stride == 1, channels == outputs {
                    parts.append(.residual(branch: layers, shortcut: nil, activation: nil))
                } else {
                    parts += layers.map { .convolution($0) }
                }
                channels = outputs
            }
        }
        parts.append(.convolution(NetworkConvolution(outputs: 1280, kernel: 1, activation: .relu6)))
        return parts
    }()

    private static func invertedBottleneck(
        _ channels: Int, _ expansion: Int, _ outputs: Int, _ stride: Int
    ) -> [NetworkConvolution] {
        let width = channels * expansion
        let expand = NetworkConvolution(outputs: width, kernel: 1, activation: .relu6)
        return (expansion == 1 ? [] : [expand]) + [
            NetworkConvolution(outputs: width, kernel: 3, stride: stride, isDepthwise: true, activation: .relu6),
            NetworkConvolution(outputs: outputs, kernel: 1, gain: 0.7),
        ]
    }
}
