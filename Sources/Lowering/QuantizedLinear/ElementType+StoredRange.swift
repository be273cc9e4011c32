import ModelGraph
import Tensors

extension ElementType {
    /// The integers that an 8-bit result may hold, after the clamp of a fused activation.
    package func storedRange(_ bounds: ClampBounds?) -> ClosedRange<Int32> {
        if let bounds { return bounds.range(of: self) }
        return self == .int8 ? -128...127 : 0...255
    }
}
