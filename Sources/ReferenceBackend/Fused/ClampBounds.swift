import ModelGraph
import Tensors

extension ClampBounds {
    /// Clamps integers in place.
    func apply(to view: MutableTensorView) {
        let range = range(of: view.elementType)
        switch view.elementType {
        case .int8: clamp(view.elements(as: Int8.self), range)
        case .uint8: clamp(view.elements(as: UInt8.self), range)
        case .int16: clamp(view.elements(as: Int16.self), range)
        case .uint16: clamp(view.elements(as: UInt16.self), range)
        default: preconditionFailure("\(view.type) is no quantized tensor")
        }
    }

    private func clamp<Element: FixedWidthInteger>(
        _ elements: UnsafeMutableBufferPointer<Element>, _ range: ClosedRange<Int32>
    ) {
        for index in elements.indices {
            elements[index] = Element(min(max(Int32(elements[index]), range.lowerBound), range.upperBound))
        }
    }
}
