import Foundation
import OpenCLBackend
import Tensors

/// What `Model.optimized` does.
public struct OptimizationSettings: Sendable {
    /// How the model is quantized; by recipe `balanced` unless said otherwise.
    public var quantization: QuantizationSettings
    /// How much it may lose; nil for no limit, and so no layer in floating point for its sake.
    public var budget: AccuracyBudget?
    /// Ways of pruning, in the order of rising sparsity: each makes a model of its own from the original, which is calibrated,
    /// quantized and measured beside the dense one. With a budget the fastest model that holds it is the result; without, that
    /// of a single level, or the dense one where there are several.
    public var prunings: [PruningSettings] = []
    /// What latency is measured on; the first one also calibrates and measures accuracy. Nil for the processor and the first
    /// OpenCL device that is not the processor again, with everything else on what `Device.automatic` means.
    public var devices: [Device]?
    /// How many threads devices may use on the host; nil for one a core.
    public var threads: Int?
    /// How many samples the layers are compared and ranked on, at most; one batch at least.
    public var comparedSampleCount = 128
    /// Whether to measure what quantizing each layer alone costs: a run over these samples for each. A budget that layers are
    /// left in floating point for measures it anyway.
    public var ranksLayers = false
    /// On how many samples the result is held against the reference, bit for bit, on every device; 0 for none.
    public var verifiedSampleCount = 2
    /// How long each model is timed on each device.
    public var benchmarkSeconds = 1.0

    /// The defaults.
    public init() {
        quantization = QuantizationSettings()
        quantization.recipe = .balanced
    }

    /// Where all but latency is measured.
    var workingDevice: Device { devices?.first.map(OptimizationSettings.resolved) ?? .chosenAutomatically() }

    /// What latency is measured on, each once.
    var timedDevices: [Device] {
        let wanted: [Device]
        if let devices {
            wanted = devices.map(OptimizationSettings.resolved)
        } else {
            // A processor's OpenCL driver is used by name only, as everywhere.
            let others = Device.available.filter { device in
                device.openCLIndex.flatMap { try? OpenCLDevice.numbered($0) }.map { $0.info.kind != .cpu } ?? false
            }
            wanted = [.cpu] + others.prefix(1)
        }
        return wanted.enumerated().filter { wanted.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    }

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    private static func resolved(_ device: Device) -> Device {
        device == .automatic ? .chosenAutomatically() : device
    }

    /// Finds what cannot work before anything is computed.
    ///
    /// - Throws: `.device` for a device of `devices` that is not there; `.invalidOption` for a number without meaning.
    func check() throws(HoneError) {
        for device in devices ?? [] { _ = try device.backend(threads: threads) }
        guard devices?.isEmpty != true else { throw HoneError(.invalidOption, "there is no device to measure on") }
        guard benchmarkSeconds.isFinite, benchmarkSeconds > 0, comparedSampleCount > 0 else {
            throw HoneError(
                .invalidOption,
                "\(benchmarkSeconds) seconds of timing and \(comparedSampleCount) samples to compare measure nothing",
                remedy: "give numbers above 0")
        }
        guard verifiedSampleCount >= 0 else {
            throw HoneError(.invalidOption, "\(verifiedSampleCount) samples cannot be verified", remedy: "0 for none")
        }
        try budget?.check()
        try PruningLevel.check(prunings)
    }
}
