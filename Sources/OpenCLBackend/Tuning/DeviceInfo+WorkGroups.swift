extension DeviceInfo {
    /// Items that a work-group of one dimension may have.
    var largestLine: Int { min(maximumWorkGroupSize, maximumWorkItemSizes.first ?? maximumWorkGroupSize) }

    /// Whether a work-group may have so many items in each dimension.
    func takes(workGroup sizes: [Int]) -> Bool {
        sizes.reduce(1, *) <= maximumWorkGroupSize && zip(sizes, maximumWorkItemSizes).allSatisfy { $0 <= $1 }
    }

    /// Bytes of local memory that a kernel may use: drivers keep a few for themselves.
    var usableLocalMemory: Int { localMemory - 64 }
}
