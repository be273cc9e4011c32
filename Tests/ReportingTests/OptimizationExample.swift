import Foundation
import Reporting

/// Reports made up for tests, as large and as uneven as real ones; the same every time.
enum OptimizationExample {
    /// SplitMix64 (Steele, Lea and Flood 2014), from a seed.
    struct Numbers {
        var state: UInt64

        mutating func uniform() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Double((mixed ^ (mixed >> 31)) >> 11) / 9_007_199_254_740_992
        }

        /// Near a bell curve of deviation 1.
        mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } }
    }

    /// A network of bottleneck blocks in three forms, measured on two devices, with everything that a report can hold.
    static func full(blocks: Int = 16, isLabeled: Bool = true) -> OptimizationReport {
        var numbers = Numbers(state: 5)
        var provenance = OptimizationReport.Provenance(
            command:
                "hone optimize resnet50.onnx --data calibration --labels labels.npy --recipe balanced --max-drop 0.5 -o out",
            honeVersion: "0.5.0", date: "2026-11-21T23:40:00Z", processor: "AMD EPYC 9575F 64-Core Processor")
        provenance.operatingSystem = "Linux 6.1"
        provenance.calibration = OptimizationReport.DataSource(
            description: "calibration, 224x224 RGB", sampleCount: 256,
            hash: "sha256:" + String(repeating: "9f3c", count: 16))
        provenance.evaluation = OptimizationReport.DataSource(
            description: "validation", sampleCount: 10_000, isLabeled: isLabeled)
        provenance.recipe = OptimizationReport.Recipe(
            name: "balanced",
            trials: [
                .init(name: "to nearest", signalToNoise: 24.31, isKept: false),
                .init(name: "compensated rounding", signalToNoise: 27.92, isKept: false),
                .init(name: "compensated rounding, biases corrected", signalToNoise: 28.46, isKept: true),
                .init(name: "channels equalized", signalToNoise: 27.08, isKept: false),
            ])
        provenance.settings = [
            .init("Ranges", "mse, p = 2.4"), .init("Activations", "uint8, asymmetric"),
            .init("Weights", "int8, a scale for each channel"), .init("Format", "QDQ"),
        ]
        provenance.steps = [
            .init("Read and fold", seconds: 0.412), .init("Calibrate", seconds: 14.83),
            .init("Quantize", seconds: 41.2),
            .init("Evaluate", seconds: 96.1), .init("Sensitivity", seconds: 213.4), .init("Benchmark", seconds: 24.0),
        ]
        var report = OptimizationReport(
            title: "resnet50", provenance: provenance, candidates: candidates(isLabeled: isLabeled), chosen: 1)
        report.budget = .init(
            description: "0.5 pp",
            attempts: [
                .init(floatLayerCount: 0, drop: isLabeled ? 0.62 : nil, klDivergence: 0.0211, holds: false),
                .init(floatLayerCount: 1, drop: isLabeled ? 0.21 : nil, klDivergence: 0.00874, holds: true),
            ])
        report.notes = [
            "node '/layer1/layer1.0/conv1/Conv': 2 weight scale(s) raised so that the bias fits int32",
            "calibration met 3 NaN or infinite value(s) in '/relu/Relu_output_0', and left them out",
        ]
        report.layerTimingConditions = "cpu, 2 threads, batch 1"
        report.sensitivitySampleCount = 512
        add(blocks, to: &report, isLabeled, &numbers)
        return report
    }

    /// A report of which nothing optional is there.
    static func bare() -> OptimizationReport {
        OptimizationReport(
            title: "m",
            provenance: .init(command: "hone optimize m.onnx", honeVersion: "1", date: "2026-11-21", processor: "p"),
            candidates: [
                .init(kind: .float, name: "float", fileName: "m.onnx", byteCount: 400),
                .init(kind: .int8, name: "int8", fileName: "m_int8.onnx", byteCount: 100),
            ])
    }

    private static func candidates(isLabeled: Bool) -> [OptimizationReport.Candidate] {
        var float = OptimizationReport.Candidate(
            kind: .float, name: "float", fileName: "resnet50.onnx", byteCount: 102_442_450)
        var int8 = OptimizationReport.Candidate(
            kind: .int8, name: "int8", fileName: "resnet50_int8.onnx", byteCount: 25_978_112)
        var pruned = OptimizationReport.Candidate(
            kind: .pruned, name: "int8, 75 % pruned", fileName: "resnet50_pruned.onnx", byteCount: 9_812_004)
        float.timings = timings([(41.83, 43.02), (22.41, 24.1), (3.912, 4.01)])
        int8.timings = timings([(12.07, 12.55), (6.634, 7.02), (1.823, 1.91)])
        pruned.timings = timings([(5.212, 5.44), (3.004, 3.3), (1.611, 1.7)])
        int8.comparison = comparison(10_000, lost: 171, gained: 150, isLabeled, agreement: 96.42, divergence: 0.00874)
        pruned.comparison = comparison(
            10_000, lost: 512, gained: 378, isLabeled, agreement: 90.17, divergence: 0.0713)
        if isLabeled {
            (float.top1, float.top5) = (76.13, 92.86)
            (int8.top1, int8.top5) = (75.92, 92.79)
            (pruned.top1, pruned.top5) = (74.79, 92.11)
        }
        return [float, int8, pruned]
    }

    static func comparison(
        _ count: Int, lost: Int, gained: Int, _ isLabeled: Bool, agreement: Double, divergence: Double
    ) -> OptimizationReport.Comparison {
        var comparison = OptimizationReport.Comparison(sampleCount: count)
        (comparison.agreement, comparison.klDivergence, comparison.signalToNoise) = (agreement, divergence, 28.44)
        guard isLabeled else { return comparison }
        let drop = 100 * Double(lost - gained) / Double(count)
        let width = 196 * Double(lost + gained).squareRoot() / Double(count)
        (comparison.drop, comparison.interval) = (drop, (drop - width)...(drop + width))
        (comparison.lostCount, comparison.gainedCount) = (lost, gained)
        return comparison
    }

    private static func timings(_ milliseconds: [(median: Double, p90: Double)]) -> [OptimizationReport.Timing] {
        let configurations = [
            ("cpu", "AMD EPYC 9575F 64-Core Processor, avx512vnni", 1),
            ("cpu", "AMD EPYC 9575F 64-Core Processor, avx512vnni", 2),
            ("opencl:0", "NVIDIA H200", nil as Int?),
        ]
        return zip(configurations, milliseconds).map { configuration, times in
            OptimizationReport.Timing(
                device: configuration.0, deviceName: configuration.1, threads: configuration.2, batch: 1,
                median: times.median, p90: times.p90, imagesPerSecond: 1000 / times.median, runCount: 120)
        }
    }

    private static func add(
        _ blocks: Int, to report: inout OptimizationReport, _ isLabeled: Bool, _ numbers: inout Numbers
    ) {
        for block in 0..<blocks {
            for (part, type) in ["conv1/Conv", "conv2/Conv", "conv3/Conv", "Add"].enumerated() {
                let name = "/layer\(block / 4 + 1)/layer\(block / 4 + 1).\(block % 4)/\(part < 3 ? type : "Add")"
                let isFloat = block == 0 && part == 0
                var layer = OptimizationReport.Layer(
                    name: name, operatorType: part < 3 ? "Conv" : "Add", isQuantized: !isFloat,
                    reason: isFloat ? "float: quantizing it alone costs 0.41 pp (0.0131 nats)" : "int8")
                layer.value = name + "_output_0"
                layer.signalToNoise = isFloat ? .infinity : 44 - 0.3 * Double(block) - 6 * numbers.uniform()
                layer.cosine = isFloat ? 1 : 0.9995 - 0.004 * numbers.uniform()
                layer.saturated = isFloat ? 0 : 0.4 * numbers.uniform() * numbers.uniform()
                layer.floatMilliseconds = 0.05 + numbers.uniform()
                layer.int8Milliseconds = (layer.floatMilliseconds ?? 1) * (0.2 + 0.15 * numbers.uniform())
                if part < 3 {
                    let divergence = (isFloat ? 0.0131 : 0.0008 * pow(numbers.uniform(), 3)) + 1e-6
                    layer.alone = comparison(
                        512, lost: isFloat ? 5 : 1, gained: isFloat ? 3 : 1, isLabeled,
                        agreement: isFloat ? 96.5 : 99.6,
                        divergence: divergence)
                    layer.weights = weights(isFloat, &numbers)
                }
                (layer.outputScale, layer.outputZeroPoint) = isFloat ? (nil, nil) : (0.0213, part < 3 ? 0 : 118)
                report.layers.append(layer)
                report.tensors.append(tensor(name + "_output_0", isRectified: part < 3, &numbers))
            }
        }
    }

    private static func weights(_ isFloat: Bool, _ numbers: inout Numbers) -> OptimizationReport.Weights {
        let deviation = 0.01 + 0.08 * numbers.uniform()
        let before = (0..<2048).map { _ in Float(deviation * numbers.normal()) }
        let limit = before.map(\.magnitude).max() ?? 1
        let after = before.map { ($0 / limit * 127).rounded() * limit / 127 }
        var weights = OptimizationReport.Weights(floatByteCount: 147_456, int8ByteCount: isFloat ? 147_456 : 36_864)
        weights.distribution = OptimizationReport.WeightDistribution(before: before, after: isFloat ? before : after)
        let maxima = (0..<64).map { _ in limit * Float(0.2 + 0.8 * numbers.uniform()) }
        weights.channelMaxima = OptimizationReport.Summary(of: maxima)
        weights.scales = isFloat ? nil : OptimizationReport.Summary(of: maxima.map { $0 / 127 })
        return weights
    }

    private static func tensor(
        _ name: String, isRectified: Bool, _ numbers: inout Numbers
    ) -> OptimizationReport.Tensor {
        let deviation = 0.3 + 2 * numbers.uniform()
        var counts = [UInt64](repeating: 0, count: 2048)
        var zeros: UInt64 = 0
        var (least, most) = (Double.infinity, -Double.infinity)
        for _ in 0..<6000 {
            let sample = deviation * numbers.normal() * (0.6 + 0.8 * numbers.uniform())
            let value = isRectified ? max(sample, 0) : sample
            (least, most) = (min(least, value), max(most, value))
            if value == 0 { zeros += 200 } else { counts[min(max(Int((value + 16) * 64), 0), 2047)] += 200 }
        }
        let high = Float(0.8 * most)
        let low = isRectified ? 0 : Float(0.8 * least)
        let scale = (high - low) / 255
        var tensor = OptimizationReport.Tensor(
            name: name, histogram: OptimizationReport.Histogram(lowerEdge: -16, width: 1 / 64, counts: counts),
            zeroCount: zeros, extremes: Float(least)...Float(most), low: low, high: high, scale: scale,
            zeroPoint: Int((-low / scale).rounded()))
        if name.hasSuffix("1.0/conv1/Conv_output_0") { (tensor.nanCount, tensor.infinityCount) = (1, 2) }
        return tensor
    }
}
