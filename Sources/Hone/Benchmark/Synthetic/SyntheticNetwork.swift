/// Networks that a benchmark makes from a seed where there is no file: architectures as published, weights drawn.
package enum SyntheticNetwork: String, Sendable, CaseIterable {
    case resnet18, resnet50, mobilenetv2, vgg16

    /// Its layers up to the classifier, which is the same for all: the mean over the image, then one matrix product.
    var parts: [NetworkPart] {
        switch self {
        case .resnet18: NetworkPart.resNet18
        case .resnet50: NetworkPart.resNet50
        case .mobilenetv2: NetworkPart.mobileNetV2
        case .vgg16: NetworkPart.vgg16
        }
    }
}

/// A piece of a network, in the order in which values pass through them.
enum NetworkPart {
    case convolution(NetworkConvolution)
    case maxPool(kernel: Int, stride: Int, padding: Int)
    /// The sum of what the branch makes of a value and the value itself, or of what the shortcut makes of it.
    case residual(branch: [NetworkConvolution], shortcut: NetworkConvolution?, activation: NetworkActivation?)
}

/// What follows a convolution or a sum.
enum NetworkActivation {
    case relu
    /// To 0 ... 6, as a Clip.
    case relu6
}

/// A convolution with a bias, padded by half its kernel.
struct NetworkConvolution {
    let outputs: Int
    let kernel: Int
    var stride = 1
    /// One filter to a channel.
    var isDepthwise = false
    var activation: NetworkActivation?
    /// Of what keeps the variance of activations (He et al. 2015, arXiv:1502.01852): less in branches that are added up.
    var gain: Float = 1
}
