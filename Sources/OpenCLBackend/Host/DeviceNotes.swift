import Synchronization

/// What users should know though nothing failed: a GPU that `auto` passes over, a cache that cannot be written.
package enum DeviceNotes {
    private struct State {
        var said: Set<String> = []
        var listener: (@Sendable (String) -> Void)?
    }

    private static let state = Mutex(State())

    /// - Parameter listener: gets each note, a line, once; it may be called from any thread.
    package static func listen(_ listener: @escaping @Sendable (String) -> Void) {
        state.withLock { $0.listener = listener }
    }

    /// Says a note; nobody hears it a second time.
    package static func say(_ note: String) {
        let listener = state.withLock { state in state.said.insert(note).inserted ? state.listener : nil }
        listener?(note)
    }
}
