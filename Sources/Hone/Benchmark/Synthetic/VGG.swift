// Simonyan and Zisserman 2015, arXiv:1409.1556, table 1, configuration D. The classifier's two hidden layers, 124 M of its
// 138 M weights and 0.8 % of its multiplications, are left out, as most who use the network today do.

extension NetworkPart {
    static let vgg16: [NetworkPart] = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)].flatMap { count, outputs in
        Array(
            repeating: NetworkPart.convolution(NetworkConvolution(outputs: outputs, kernel: 3, activation: .relu)),
            count: count) + [.maxPool(kernel: 2, stride: 2, padding: 0)]
    }
}
