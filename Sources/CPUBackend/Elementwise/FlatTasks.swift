import Runtime

/// The elements of a row-major value as runs, one a task.
struct FlatTasks {
    let count: Int

    private static let taskElements = 1 << 15

    /// Calls `body` once for each run. All but the last hold a multiple of 16 elements.
    @inline(__always)
    func forEach(_ body: (Range<Int>) -> Void) {
        let length = FlatTasks.taskElements
        HostThreads.forEach(count: (count + length - 1) / length) { task in
            body(task * length..<min(count, (task + 1) * length))
        }
    }
}
