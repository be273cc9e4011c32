import Foundation
import Reporting
import Testing

@Suite struct OptimizationReportTests {
    @Test func documentHoldsWhatWasMeasured() throws {
        let report = OptimizationExample.full()
        let json = report.json
        #expect(json.at("/format") == "hone-optimization-report")
        #expect(json.at("/headline/sizeRatio") == .number(102_442_450.0 / 25_978_112))
        #expect(json.at("/headline/speeds/0/speedUp") == .number(41.83 / 12.07))
        #expect(json.at("/headline/speeds/2/device") == "opencl:0")
        #expect(json.at("/headline/speeds/2/threads") == .null)
        #expect(json.at("/candidates/1/comparison/onlyOriginalRight") == 171)
        #expect(json.at("/candidates/0/comparison") == .null)
        #expect(json.at("/layerCounts/quantized") == 63)
        #expect(json.at("/layers/0/sqnrDecibels") == "infinity")
        #expect(json.at("/layers/0/weights/scales") == .null)
        #expect(json.at("/layers/1/weights/scales/count") == 64)
        #expect(json.at("/tensors/0/nans") == 1 && json.at("/tensors/0/infinities") == 2)
        #expect(json.at("/budget/attempts/0/holds") == false)
        #expect(json.at("/provenance/recipe/trials/2/kept") == true)
        // Any reader takes it.
        let read = try JSONSerialization.jsonObject(with: Data(json.serialized().utf8)) as? [String: Any]
        #expect((read?["layers"] as? [Any])?.count == 64)
    }

    /// A drop from 92 % to 89 % is 3 percentage points, never 3.26 % of 92.
    @Test func dropsAreInPercentagePoints() {
        var report = OptimizationExample.bare()
        (report.candidates[0].top1, report.candidates[1].top1) = (92, 89)
        report.candidates[1].comparison = OptimizationExample.comparison(
            1000, lost: 35, gained: 5, true, agreement: 95, divergence: 0.1)
        #expect(report.json.at("/headline/dropPercentagePoints") == .number(3))
        let page = OptimizationPage(report.html)
        let drop = page.shown.first { $0.pointer == "/headline/dropPercentagePoints" }
        #expect(drop?.text == "3.00\u{A0}pp")
        #expect(!page.rest.contains("tell the models apart"))
    }

    @Test func whatWasNotMeasuredIsNullAndSaid() {
        let report = OptimizationExample.bare()
        let json = report.json
        for pointer in [
            "/headline/dropPercentagePoints", "/budget", "/layerTimingConditions", "/sensitivitySamples",
            "/candidates/1/comparison", "/candidates/1/top1Percent", "/provenance/calibration", "/provenance/recipe",
        ] { #expect(json.at(pointer) == .null, "\(pointer)") }
        let page = OptimizationPage(report.html)
        for text in [
            "No samples were given to evaluate on", "No device timed both models", "Latency was not measured",
            "Layers were not looked at", "What each layer costs alone was not measured",
            "No value's distribution was recorded", "No layer's weights were recorded", "not evaluated",
        ] { #expect(page.rest.contains(text), "\(text)") }
        #expect(page.imbalance.isEmpty)
    }

    @Test func withoutLabelsAgreementStandsForAccuracy() {
        let report = OptimizationExample.full(blocks: 2, isLabeled: false)
        let page = OptimizationPage(report.html)
        #expect(page.shown.contains { $0.pointer == "/headline/agreementPercent" && $0.text == "96.42\u{A0}%" })
        #expect(page.rest.contains("there were no labels"))
        #expect(page.rest.contains("Same prediction as the original, %"))
    }

    @Test func noNumberIsNotFinite() throws {
        var report = OptimizationExample.full(blocks: 1)
        for index in report.layers.indices {
            (report.layers[index].signalToNoise, report.layers[index].cosine) = (-.infinity, .nan)
            (report.layers[index].saturated, report.layers[index].floatMilliseconds) = (.nan, .infinity)
            report.layers[index].alone?.klDivergence = .nan
            report.layers[index].outputScale = .nan
        }
        report.candidates[1].comparison?.drop = .nan
        report.candidates[1].timings[0].median = 0
        report.tensors[0].low = -.infinity
        let text = report.json.serialized()
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
        #expect(text.range(of: ": -?(nan|inf)", options: [.regularExpression, .caseInsensitive]) == nil)
        #expect(report.json.at("/layers/1/sqnrDecibels") == "-infinity")
        #expect(report.json.at("/layers/1/cosine") == .null)
        // The page has a dash wherever the document has null.
        let page = OptimizationPage(report.html)
        let missing = page.shown.filter { report.json.at($0.pointer) ?? .null == .null }
        #expect(missing.count > 20)
        for shown in missing { #expect(shown.text.hasPrefix("–"), "\(shown.pointer): \(shown.text)") }
    }

    @Test func histogramsKeepCountsAndZero() {
        var counts = [UInt64](repeating: 0, count: 2048)
        for (bin, count) in [(700, 3), (1023, 5), (1024, 7), (1500, 11)] { counts[bin] = UInt64(count) }
        let histogram = OptimizationReport.Histogram(lowerEdge: -1024, width: 1, counts: counts)
        #expect(histogram.counts.count <= OptimizationReport.Histogram.maximumBinCount)
        #expect(histogram.totalCount == 26)
        // Zero is still an edge: what is below it and what is above it are apart.
        let below = (0 - histogram.lowerEdge) / histogram.width
        #expect(below == below.rounded())
        #expect(histogram.counts[Int(below) - 1] == 5 && histogram.counts[Int(below)] == 7)
        #expect(histogram.counts.first == 3 && histogram.counts.last == 11)
        #expect(OptimizationReport.Histogram(lowerEdge: 0, width: 1, counts: [0, 0]).counts.isEmpty)
        let large = OptimizationReport.Histogram(lowerEdge: 0, width: 1, counts: .init(repeating: .max, count: 1000))
        #expect(large.counts.allSatisfy { $0 == .max })
    }

    @Test func weightsShareTheirBins() throws {
        let distribution = try #require(
            OptimizationReport.WeightDistribution(before: [-1, 0, 0.2, .nan], after: [-1, 0, 0, 0]))
        #expect(distribution.before.width == distribution.after.width)
        #expect(distribution.before.totalCount == 3 && distribution.after.totalCount == 4)
        #expect(distribution.after.counts.first == 1 && distribution.after.counts.last == 3)
        #expect(OptimizationReport.WeightDistribution(before: [0], after: [.infinity]) == nil)
        let summary = try #require(OptimizationReport.Summary(of: [3, .nan, 1, 2, 4]))
        #expect(summary.count == 4 && summary.smallest == 1 && summary.median == 2 && summary.largest == 4)
        #expect(OptimizationReport.Summary(of: [.nan]) == nil)
    }
}
