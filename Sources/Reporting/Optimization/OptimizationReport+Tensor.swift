extension OptimizationReport {
    /// One value that is quantized, as calibration saw it.
    package struct Tensor: Sendable {
        /// Its name in the float model, which may be anything.
        package var name: String
        /// Of its finite elements that are not zero.
        package var histogram: Histogram
        /// Elements equal to zero, which the histogram leaves out.
        package var zeroCount: UInt64
        /// The smallest and largest finite element.
        package var extremes: ClosedRange<Float>?
        package var nanCount: UInt64 = 0
        /// Of either sign.
        package var infinityCount: UInt64 = 0
        /// The range that was chosen.
        package var low: Float
        package var high: Float
        package var scale: Float
        package var zeroPoint: Int
        /// The value whose scale it shares; nil if it has its own.
        package var sharedWith: String?

        package init(
            name: String, histogram: Histogram, zeroCount: UInt64, extremes: ClosedRange<Float>?, low: Float,
            high: Float, scale: Float, zeroPoint: Int
        ) {
            self.name = name
            self.histogram = histogram
            self.zeroCount = zeroCount
            self.extremes = extremes
            self.low = low
            self.high = high
            self.scale = scale
            self.zeroPoint = zeroPoint
        }
    }
}
