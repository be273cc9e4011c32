import Reporting

extension OptimizationExample {
    /// A sweep over levels of pruning with a budget that half of them hold, on two devices.
    static func sweep(isLabeled: Bool = true) -> OptimizationReport {
        var report = full(blocks: 4, isLabeled: isLabeled)
        var numbers = Numbers(state: 11)
        report.candidates.removeLast()
        for index in report.candidates.indices {
            report.candidates[index].compressedByteCount = report.candidates[index].byteCount * 9 / 10
        }
        report.candidates[1].margin = OptimizationReport.Margin(holds: true)
        for (level, lost) in [(25, 196), (50, 264), (75, 1211), (90, 5570)] {
            report.candidates.append(pruned(level, lost, isLabeled, of: report, &numbers))
        }
        report.dense = 1
        report.chosen = 3
        report.choice = OptimizationReport.Choice(
            reason: "int8, 50 % pruned, the fastest on cpu of 3 models that hold the budget of 1.5 pp", device: "cpu")
        report.budget?.description = isLabeled ? "1.5 pp" : "0.05 nats"
        report.budget?.allowedDrop = isLabeled ? 1.5 : nil
        report.verifications = [
            OptimizationReport.Verification(
                device: "cpu", sampleCount: 2, nodeCount: 70, differingCount: 0, isWithinBounds: true),
            OptimizationReport.Verification(
                device: "opencl:0", sampleCount: 2, nodeCount: 70, differingCount: 1, isWithinBounds: true),
        ]
        for index in report.layers.indices where report.layers[index].operatorType == "Conv" {
            report.layers[index].density = 100 * (0.3 + 0.5 * numbers.uniform())
            report.layers[index].pruningError = index == 0 ? nil : 0.02 * numbers.uniform()
            report.layers[index].pruningReason = index == 0 ? "dense: would not get faster" : "pruned"
        }
        return report
    }

    private static func pruned(
        _ level: Int, _ lost: Int, _ isLabeled: Bool, of report: OptimizationReport, _ numbers: inout Numbers
    ) -> OptimizationReport.Candidate {
        let dense = report.candidates[1]
        let left = 1 - Double(level) / 100
        var candidate = OptimizationReport.Candidate(
            kind: .pruned, name: "int8, \(level) % pruned", fileName: level == 50 ? "model_int8.onnx" : "",
            byteCount: dense.byteCount)
        candidate.label = "\(level) %"
        candidate.compressedByteCount = Int(Double(dense.byteCount) * (0.1 + 0.75 * left))
        let divergence = 0.01 * Double(lost) / 170
        candidate.comparison = comparison(
            10_000, lost: lost, gained: 150, isLabeled, agreement: 97 - Double(lost) / 100, divergence: divergence)
        if let drop = candidate.comparison?.drop {
            (candidate.top1, candidate.top5) = (76.13 - drop, 92.86 - drop / 2)
            candidate.margin = OptimizationReport.Margin(
                holds: drop <= 1.5, excessPoints: drop <= 1.5 ? nil : drop - 1.5)
        } else {
            candidate.margin = OptimizationReport.Margin(
                holds: divergence <= 0.05, excessNats: divergence <= 0.05 ? nil : divergence - 0.05)
        }
        candidate.timings = dense.timings.map { timing in
            var timing = timing
            timing.median *= 0.15 + 0.85 * left
            timing.p90 = timing.median * 1.05
            timing.imagesPerSecond = 1000 / timing.median
            return timing
        }
        var pruning = OptimizationReport.Pruning(
            pattern: "16x4", target: "\(level) % of the blocks zero", sparsity: Double(level) + 0.02)
        pruning.density = 100 * left + 3.1
        pruning.layers = report.layers.enumerated().filter { $1.operatorType == "Conv" }.map { index, layer in
            let blocks = 144 * (index + 1)
            let kept = index == 0 ? blocks : Int(Double(blocks) * left)
            var row = OptimizationReport.PrunedLayer(
                name: layer.name, operatorType: "Conv", keptBlocks: kept, blocks: blocks, isPruned: index > 0,
                reason: index == 0 ? "dense: would not get faster" : "pruned")
            row.asked = index == 0 ? 0 : Double(level)
            row.density = 100 * Double(kept) / Double(blocks)
            row.errorMasked = index == 0 ? nil : 0.3 * numbers.uniform() * (1 - left)
            row.errorRefitted = row.errorMasked.map { $0 / 4 }
            row.denseMilliseconds = layer.int8Milliseconds
            row.milliseconds = layer.int8Milliseconds.map { $0 * (0.2 + 0.8 * left) }
            return row
        }
        candidate.pruning = pruning
        return candidate
    }
}
