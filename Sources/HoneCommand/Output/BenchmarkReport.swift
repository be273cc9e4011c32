import Hone
import Reporting

/// What `hone benchmark` prints.
struct BenchmarkReport {
    /// One configuration of one model or layer.
    struct Entry {
        let name: String
        var result: BenchmarkResult

        init(name: String, _ result: BenchmarkResult) {
            self.name = name
            self.result = result
        }
    }

    var entries: [Entry]

    /// A row for each configuration of a model, then the peaks, and the layers if they are wanted.
    func text(layers: Bool) -> String {
        var table = TextTable([
            "device", "isa", "threads", "batch", "median ms", "p90", "min", "images/s", "GOP/s", "% of peak",
            "first ms",
            "load ms",
        ])
        for entry in entries {
            let result = entry.result
            table.add(
                cells(result) + [
                    Quantity.fixed(result.imagesPerSecond, 1), Quantity.fixed(result.gops, 1), share(result),
                    Quantity.fixed(result.firstRunMilliseconds, 2), Quantity.fixed(result.loadMilliseconds, 1),
                ])
        }
        var text = table.text() + peaks + memory
        for entry in entries where layers { text += "\n" + layerTable(entry.result) }
        return text
    }

    /// A row for each configuration of each layer; the layer alone beside the whole run with conversions at its ends.
    func layerText(hasLayers: Bool) -> String {
        var table = TextTable([
            "layer", "device", "isa", "threads", "batch", "median ms", "p90", "min", "GOP/s", "% of peak", "layer ms",
            "layer GOP/s", "% of peak", "density",
        ])
        for entry in entries {
            let result = entry.result
            let main = result.layers.max { $0.multiplyAccumulateCount < $1.multiplyAccumulateCount }
            table.add(
                [entry.name] + cells(result) + [Quantity.fixed(result.gops, 1), share(result)]
                    + (main.map { cells($0, result.peaks) } ?? []))
        }
        var text = table.text() + peaks
        for entry in entries where hasLayers { text += "\n\(entry.name)\n" + layerTable(entry.result) }
        return text
    }

    private func cells(_ result: BenchmarkResult) -> [String] {
        let latency = result.latency
        return [
            result.device + result.configuration.precision.suffix, result.isa ?? "-", "\(result.configuration.threads)",
            "\(result.configuration.batch)",
            Quantity.fixed(latency.median, 3), Quantity.fixed(latency.p90, 3), Quantity.fixed(latency.min, 3),
        ]
    }

    private func cells(_ layer: LayerTiming, _ peaks: MeasuredPeaks) -> [String] {
        [
            Quantity.fixed(layer.milliseconds, 4), layer.gops.map { Quantity.fixed($0, 1) } ?? "-",
            layer.percentOfPeak(peaks).map { Quantity.fixed($0, 1) } ?? "-",
            layer.density.map { Quantity.fixed($0, 3) } ?? "-",
        ]
    }

    private func share(_ result: BenchmarkResult) -> String {
        Quantity.fixed(result.percentOfPeak, 1)
    }

    private func layerTable(_ result: BenchmarkResult) -> String {
        var table = TextTable(["step", "operator", "name", "output", "ms", "GOP/s", "% of peak", "density"])
        for (index, layer) in result.layers.enumerated() {
            table.add(["\(index)", layer.operatorType, layer.name, layer.output] + cells(layer, result.peaks))
        }
        let configuration = result.configuration
        return
            "\(result.device)\(configuration.precision.suffix)\(result.isa.map { " \($0)" } ?? ""), \(configuration.threads) thread(s), batch "
            + "\(configuration.batch)\n" + table.text()
            + "layers \(Quantity.fixed(result.layerMilliseconds, 3)) ms, "
            + "\(Quantity.fixed(result.layerImagesPerSecond, 1)) images/s; whole run "
            + "\(Quantity.fixed(result.latency.median, 3)) ms\n"
    }

    /// The peaks that were measured beside the runs, each once.
    private var peaks: String {
        var lines: [String] = []
        for entry in entries {
            let (result, threads) = (entry.result, entry.result.configuration.threads)
            let isDevice = result.configuration.device.openCLIndex != nil
            let set = result.isa.map { " \($0)" } ?? ""
            let whose = isDevice ? " \(result.device)" : "\(set), \(threads) thread(s)"
            let line =
                "peak\(whose): \(Quantity.fixed(result.peaks.integerGops, 0)) GOP/s int8, "
                + "\(Quantity.fixed(result.peaks.floatGops, 0)) GOP/s float32\n"
            if !lines.contains(line) { lines.append(line) }
        }
        return lines.joined()
    }

    private var memory: String {
        guard let memory = entries.last?.result.memory, let loaded = memory.loaded, let running = memory.running else {
            return ""
        }
        return "memory: \(Quantity.bytes(loaded.residentBytes)) loaded (peak \(Quantity.bytes(loaded.peakBytes))), "
            + "\(Quantity.bytes(running.residentBytes)) running; constants \(Quantity.bytes(memory.constantBytes)), "
            + "arena \(Quantity.bytes(memory.arenaBytes))\n"
    }
}
