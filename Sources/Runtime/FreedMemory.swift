#if canImport(Glibc)
    import Glibc
#endif

/// Memory that was freed, but that the allocator still holds.
enum FreedMemory {
    /// Gives it back to the system: after loading a model it is as much as the weights, and nothing will ask for it again.
    static func giveBack() {
        #if canImport(Glibc)
            _ = malloc_trim(0)
        #endif
    }
}
