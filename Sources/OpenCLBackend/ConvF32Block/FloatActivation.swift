import ModelGraph

extension FusedActivation {
    /// How `activation_f32.clh` calls it.
    var kernelKind: String {
        switch self {
        case .none: "0"
        case .relu: "1"
        case .clip: "2"
        case .leaky: "3"
        }
    }

    /// `low` and `high`, as kernels take them: the bounds of a clip, or first the slope of a leaky one.
    var kernelArguments: [KernelArgument] {
        switch self {
        case .none, .relu: [.float(0), .float(0)]
        case .clip(let low, let high): [.float(low), .float(high)]
        case .leaky(let alpha): [.float(alpha), .float(0)]
        }
    }
}
