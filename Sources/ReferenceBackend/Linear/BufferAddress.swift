extension UnsafeBufferPointer {
    /// The address, also of an empty buffer, where it is one that nothing is read from.
    var address: UnsafePointer<Element>? {
        baseAddress ?? UnsafePointer(bitPattern: MemoryLayout<Element>.alignment)
    }
}
