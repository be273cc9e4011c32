import CMicrokernels
import Lowering
import Runtime

extension BlockedShape {
    /// Fills what surrounds some rows of a group that a kernel has stored: lanes behind the last channel and, with the
    /// first rows, the group's halo.
    ///
    /// - Parameter value: the value's first byte.
    func finish(_ value: UnsafeMutableRawPointer, image: Int, group: Int, rows: Range<Int>) {
        let lanes = lanes(of: group)
        if lanes < layout.channelsPerPixel {
            mk_fill_lanes(
                value + offset(image: image, group: group, row: rows.lowerBound), rowBytes, rows.count, width,
                pixelBytes, lanes * elementBytes, layout.haloByte)
        }
        if rows.lowerBound == 0 { fillHalo(of: value, image: image, groups: group..<group + 1) }
    }
}

/// The work on the rows of every group of a blocked value, cut into tasks of about equal size.
struct RowTasks {
    let images: Int
    let groups: Int
    let height: Int
    private let rowsPerTask: Int
    private let runs: Int

    /// Bytes of a task: enough that starting it costs nothing.
    private static let taskBytes = 1 << 15

    init(_ shape: BlockedShape) {
        (images, groups, height) = (shape.images, shape.groups, shape.height)
        rowsPerTask = max(1, RowTasks.taskBytes / max(1, shape.width * shape.pixelBytes))
        // A group without rows has a halo all the same.
        runs = max(1, (height + rowsPerTask - 1) / rowsPerTask)
    }

    /// Calls `body` once for each run of rows of each group.
    @inline(__always)
    func forEach(_ body: (_ image: Int, _ group: Int, _ rows: Range<Int>) -> Void) {
        HostThreads.forEach(count: images * groups * runs) { task in
            let (plane, run) = task.quotientAndRemainder(dividingBy: runs)
            let (image, group) = plane.quotientAndRemainder(dividingBy: groups)
            body(image, group, run * rowsPerTask..<min(height, (run + 1) * rowsPerTask))
        }
    }
}
