/// Borrowed elements that a kernel reads: packed row-major, valid only during the call that received it.
package struct TensorView {
    package let type: TensorType
    package let bytes: UnsafeRawBufferPointer

    package init(type: TensorType, bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count >= type.byteCount)
        self.type = type
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes[..<type.byteCount])
    }

    package var shape: [Int] { type.shape }
    package var elementType: ElementType { type.elementType }
    package var elementCount: Int { type.elementCount }

    /// The elements.
    ///
    /// - Precondition: `Element.elementType` is the view's element type.
    package func elements<Element: TensorElement>(as _: Element.Type) -> UnsafeBufferPointer<Element> {
        precondition(Element.elementType == elementType, "\(type) read as \(Element.elementType)")
        return bytes.assumingMemoryBound(to: Element.self)
    }

    /// A tensor with a copy of the elements.
    package func copied() -> Tensor {
        var tensor = Tensor(zeros: type)
        tensor.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
        return tensor
    }
}

/// Borrowed memory that a kernel writes: packed row-major, valid only during the call that received it.
package struct MutableTensorView {
    package let type: TensorType
    package let bytes: UnsafeMutableRawBufferPointer

    package init(type: TensorType, bytes: UnsafeMutableRawBufferPointer) {
        precondition(bytes.count >= type.byteCount)
        self.type = type
        self.bytes = UnsafeMutableRawBufferPointer(rebasing: bytes[..<type.byteCount])
    }

    package var shape: [Int] { type.shape }
    package var elementType: ElementType { type.elementType }
    package var elementCount: Int { type.elementCount }

    /// The elements.
    ///
    /// - Precondition: `Element.elementType` is the view's element type.
    package func elements<Element: TensorElement>(as _: Element.Type) -> UnsafeMutableBufferPointer<Element> {
        precondition(Element.elementType == elementType, "\(type) written as \(Element.elementType)")
        return bytes.assumingMemoryBound(to: Element.self)
    }

    /// The same memory, for reading.
    package var readOnly: TensorView { TensorView(type: type, bytes: UnsafeRawBufferPointer(bytes)) }
}
