import Tensors

/// What was measured of one configuration.
package struct BenchmarkResult: Sendable {
    package let configuration: BenchmarkConfiguration
    /// The device's own name.
    package let device: String
    /// The instruction set of its kernels; nil for a device without a choice.
    package let isa: String?
    /// Whole runs, from the fed tensor to the returned one.
    package let latency: LatencyStatistics
    /// Reading the file, passes, planning and packing.
    package let loadMilliseconds: Double
    /// The first run after loading.
    package let firstRunMilliseconds: Double
    package let memory: BenchmarkMemory
    /// A run that measures several models may have learned of greater ones since.
    package var peaks: MeasuredPeaks
    package let layers: [LayerTiming]
    /// For each profiled run its milliseconds and the peak of that moment, in 1e9 operations a second; empty where the work
    /// is of several arithmetics.
    let moments: [(milliseconds: Double, peak: Double)]

    /// Samples a second at the median.
    package var imagesPerSecond: Double { Double(configuration.batch) / latency.median * 1e3 }

    /// The peak of the arithmetic that most of the multiply-accumulates use.
    package var peakGops: Double {
        func sum(_ isInteger: Bool) -> Double {
            layers.filter { $0.isInteger == isInteger }.reduce(0) { $0 + Double($1.multiplyAccumulateCount) }
        }
        return sum(true) >= sum(false) ? peaks.integerGops : peaks.floatGops
    }

    /// All layers together; the rest of a run are the conversions at its ends.
    package var layerMilliseconds: Double { layers.reduce(0) { $0 + $1.milliseconds } }

    /// Samples a second if a run had nothing but its layers: on a device, without the way to it and back.
    package var layerImagesPerSecond: Double { Double(configuration.batch) / layerMilliseconds * 1e3 }

    /// Dense operations a second of whole runs, in units of 1e9.
    package var gops: Double {
        2 * layers.reduce(0) { $0 + Double($1.multiplyAccumulateCount) } / latency.median / 1e6
    }

    /// The share of the peak, in percent, that the work on blocks which are not zero makes up, each layer against the peak
    /// of its own arithmetic.
    package var percentOfPeak: Double {
        let work = layers.reduce(0) { $0 + 2 * Double($1.multiplyAccumulateCount) * ($1.density ?? 1) / 1e6 }
        let shares = moments.map { 100 * work / $0.milliseconds / $0.peak }
        if let median = LatencyStatistics(milliseconds: shares)?.median { return median }
        let atPeak = layers.reduce(0.0) { sum, layer in
            let peak = layer.isInteger ? peaks.integerGops : peaks.floatGops
            let work = 2 * Double(layer.multiplyAccumulateCount) * (layer.density ?? 1) / 1e6
            return peak > 0 ? sum + work / peak : sum
        }
        return 100 * atPeak / latency.median
    }
}

/// The memory of one configuration.
package struct BenchmarkMemory: Sendable {
    /// Of the process after loading and before the first run; nil where the system does not say.
    package let loaded: ProcessMemory?
    /// Of the process after the first run.
    package let running: ProcessMemory?
    /// Bytes of the plan's constants, and of the buffer that holds every intermediate value.
    package let constantBytes: Int
    package let arenaBytes: Int
    /// Bytes of what is fed and returned.
    package let boundaryBytes: Int
}
