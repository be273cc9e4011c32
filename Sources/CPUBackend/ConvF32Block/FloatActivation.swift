import CMicrokernels
import ModelGraph

extension FusedActivation {
    /// How C calls it.
    var mkFloat: mk_f32_activation {
        switch self {
        case .none: mk_f32_activation(kind: MK_F32_NONE, low: 0, high: 0)
        case .relu: mk_f32_activation(kind: MK_F32_RELU, low: 0, high: 0)
        case .clip(let low, let high): mk_f32_activation(kind: MK_F32_CLIP, low: low, high: high)
        case .leaky(let alpha): mk_f32_activation(kind: MK_F32_LEAKY, low: alpha, high: 0)
        }
    }
}
