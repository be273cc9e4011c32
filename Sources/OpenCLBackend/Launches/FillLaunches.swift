import Runtime

extension KernelLaunch {
    /// Sets every byte of a buffer, up to the last whole word.
    ///
    /// - Parameter byteCount: a multiple of 4.
    package static func fill(_ target: KernelArgument, byteCount: Int, byte: UInt8) -> KernelLaunch {
        precondition(byteCount % 4 == 0)
        let words = byteCount / 4
        return KernelLaunch(
            program: KernelProgram(file: "fill"), function: "fill",
            arguments: [target, .uint32(UInt32(byte) &* 0x0101_0101), .int64(Int64(words))], globalSize: [words])
    }

    /// Writes the halo of a blocked value and nothing else.
    ///
    /// - Returns: nil if a distance does not fit the kernel's integers.
    package static func fillHalo(_ target: KernelArgument, _ shape: BlockedShape) -> KernelLaunch? {
        let halo = shape.layout.halo
        let rows = halo.top + shape.height + halo.bottom
        let columns = halo.left + shape.width + halo.right
        // Groups of an image follow each other, and images do: one distance takes from any plane to the next.
        guard let planes = Int32(exactly: shape.images * shape.groups), let rows32 = Int32(exactly: rows),
            let columns32 = Int32(exactly: columns)
        else { return nil }
        return KernelLaunch(
            program: KernelProgram(file: "fill_halo"), function: "fill_halo",
            arguments: [
                target, .int32(Int32(shape.pixelBytes)), .int64(Int64(shape.groupBytes)), .int32(planes),
                .int32(rows32), .int32(columns32), .int32(Int32(halo.top)), .int32(Int32(halo.left)),
                .int32(Int32(shape.height)), .int32(Int32(shape.width)), .int32(Int32(shape.layout.haloByte)),
            ], globalSize: [columns, rows, Int(planes)])
    }
}
