/// A typed, shaped, packed row-major array of elements: a value with copy-on-write storage.
public struct Tensor: Sendable {
    /// Element type and shape.
    public private(set) var type: TensorType
    private var storage: TensorStorage

    /// The shape, outermost dimension first.
    public var shape: [Int] { type.shape }
    /// The type of each element.
    public var elementType: ElementType { type.elementType }
    /// The number of elements.
    public var elementCount: Int { type.elementCount }

    /// A tensor of zeros.
    public init(zeros type: TensorType) {
        self.type = type
        storage = TensorStorage(byteCount: type.byteCount)
    }

    /// A tensor whose elements are computed when they are first read: for weights that a kernel keeps in another form.
    ///
    /// - Parameter fill: writes every byte of zeroed memory; called at most once.
    package init(_ type: TensorType, filledBy fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) {
        self.type = type
        storage = TensorStorage(byteCount: type.byteCount, fill: fill)
    }

    /// A tensor whose elements lie in memory of another object, such as a mapped file, and are copied when they are written.
    ///
    /// - Parameters:
    ///   - bytes: as many as the type takes, little-endian and packed, which never change.
    ///   - owner: what keeps them; it lives as long as the tensor and its copies.
    /// - Returns: nil where the bytes do not lie as kernels want them, at a multiple of 64.
    package init?(_ type: TensorType, borrowing bytes: UnsafeRawBufferPointer, from owner: any AnyObject & Sendable) {
        precondition(bytes.count == type.byteCount, "\(bytes.count) bytes for \(type)")
        guard let first = bytes.baseAddress, Int(bitPattern: first) % TensorStorage.alignment == 0 else { return nil }
        self.type = type
        storage = TensorStorage(borrowing: bytes, from: owner)
    }

    /// Whether no other tensor shares the elements, so that writing them copies nothing.
    package mutating func isUnshared() -> Bool { isKnownUniquelyReferenced(&storage) && storage.isWritable }

    /// Whether the elements are in memory.
    package var isFilled: Bool { storage.isFilled }

    /// A tensor of the given elements.
    ///
    /// - Precondition: `elements.count` is the product of `shape`.
    public init<Element: TensorElement>(_ elements: [Element], shape: [Int]) {
        self.init(zeros: TensorType(Element.elementType, shape))
        precondition(elements.count == type.elementCount, "\(elements.count) elements for shape \(shape)")
        elements.withUnsafeBytes { source in storage.buffer.copyMemory(from: source) }
    }

    /// A rank-1 tensor of the given elements.
    public init<Element: TensorElement>(_ elements: [Element]) { self.init(elements, shape: [elements.count]) }

    /// A rank-0 tensor.
    public init<Element: TensorElement>(scalar: Element) { self.init([scalar], shape: []) }

    /// A tensor whose bytes, little-endian and packed, are copied from `bytes`.
    ///
    /// - Throws: `.invalidInput` if the byte count does not fit the type.
    public init(type: TensorType, bytes: UnsafeRawBufferPointer) throws(HoneError) {
        guard bytes.count == type.byteCount else {
            throw HoneError(.invalidInput, "\(bytes.count) bytes given for \(type), which takes \(type.byteCount)")
        }
        self.init(zeros: type)
        storage.buffer.copyMemory(from: bytes)
    }

    /// The same elements under another shape of equal element count.
    public func reshaped(_ shape: [Int]) -> Tensor {
        var copy = self
        copy.type = TensorType(elementType, shape)
        precondition(copy.type.elementCount == type.elementCount, "reshape \(self.shape) to \(shape)")
        return copy
    }

    /// Reads the bytes in place.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(storage.buffer))
    }

    /// Writes the bytes in place, copying them first if they are shared.
    public mutating func withUnsafeMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if !isUnshared() { storage = storage.copy() }
        return try body(storage.buffer)
    }

    /// Reads the elements in place.
    ///
    /// - Precondition: `Element.elementType` is this tensor's element type.
    public func withElements<Element: TensorElement, Result, Failure: Error>(
        of _: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(Element.elementType == elementType, "\(type) read as \(Element.elementType)")
        return try body(UnsafeBufferPointer(storage.buffer.assumingMemoryBound(to: Element.self)))
    }

    /// Writes the elements in place, copying them first if they are shared.
    ///
    /// - Precondition: `Element.elementType` is this tensor's element type.
    public mutating func withMutableElements<Element: TensorElement, Result, Failure: Error>(
        of _: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(Element.elementType == elementType, "\(type) written as \(Element.elementType)")
        if !isUnshared() { storage = storage.copy() }
        return try body(storage.buffer.assumingMemoryBound(to: Element.self))
    }

    /// The elements as an array.
    ///
    /// - Precondition: `Element.elementType` is this tensor's element type.
    public func elements<Element: TensorElement>(as type: Element.Type) -> [Element] {
        withElements(of: type) { Array($0) }
    }
}

extension Tensor: Equatable {
    /// Equal type, shape and bytes: `-0` differs from `0`, a NaN equals itself.
    public static func == (left: Tensor, right: Tensor) -> Bool {
        guard left.type == right.type else { return false }
        return left.withUnsafeBytes { leftBytes in
            right.withUnsafeBytes { rightBytes in leftBytes.elementsEqual(rightBytes) }
        }
    }
}
