import Foundation
import Reporting
import Testing

/// What a report of several levels of pruning says; that its figures are those of the document is with all others'.
@Suite struct SweepReportTests {
    @Test func documentHoldsLevelsAndTheResult() throws {
        let report = OptimizationExample.sweep()
        let json = report.json
        #expect(json.at("/chosen") == 3 && json.at("/dense") == 1 && json.at("/choice/device") == "cpu")
        #expect(json.at("/headline/chosen") == "int8, 50 % pruned")
        #expect(json.at("/candidates/2/label") == "25 %" && json.at("/candidates/2/kind") == "pruned")
        #expect(json.at("/candidates/2/budget/holds") == true)
        #expect(json.at("/candidates/2/budget/excessPercentagePoints") == .null)
        #expect(json.at("/candidates/4/budget/holds") == false)
        let excess = try #require(report.candidates[4].margin?.excessPoints)
        #expect(json.at("/candidates/4/budget/excessPercentagePoints") == .number(excess))
        #expect(json.at("/candidates/4/pruning/layers/0/pruned") == false)
        #expect(json.at("/candidates/4/pruning/layers/0/errorMasked") == .null)
        #expect(json.at("/candidates/1/pruning") == .null && json.at("/candidates/0/budget") == .null)
        let (dense, chosen) = (report.candidates[1].timings[0].median, report.candidates[3].timings[0].median)
        #expect(json.at("/headline/speeds/0/denseMilliseconds") == .number(dense))
        #expect(json.at("/headline/speeds/0/speedUpOverDense") == .number(dense / chosen))
        #expect(json.at("/verifications/1/differing") == 1 && json.at("/verifications/1/withinBounds") == true)
    }

    @Test func pageMarksTheResultAndWhatBreaksTheBudget() throws {
        let report = OptimizationExample.sweep()
        let html = report.html
        let plots = 2 + 2
        #expect(html.components(separatedBy: "class=\"chosen\" cx").count - 1 == plots)
        // Two levels are over the budget, each in every plot; one more stands in the legend.
        #expect(html.components(separatedBy: "class=\"mark pruned over\"").count - 1 == 2 * plots + 1)
        #expect(html.components(separatedBy: "<line class=\"limit\" x1=\"0%\"").count - 1 == plots)
        #expect(html.contains("<tr class=\"result\">"))
        let page = OptimizationPage(html)
        #expect(page.imbalance.isEmpty)
        #expect(page.shown.contains { $0.pointer == "/candidates/4/budget/excessPercentagePoints" })
        #expect(page.shown.contains { $0.pointer == "/candidates/5/pruning/layers/2/errorRefitted" })
        #expect(page.rest.contains("so pruning makes it") && page.rest.contains("Pruned layers"))
        // One level's table is open without scripts: that of the result.
        let section = try #require(html.components(separatedBy: "id=\"pruning\"").last)
        let open = try #require(section.components(separatedBy: "<details open>").dropFirst().first)
        #expect(open.contains("/candidates/3/name"))
    }

    @Test func withoutLabelsBudgetsAreInNats() {
        let report = OptimizationExample.sweep(isLabeled: false)
        let page = OptimizationPage(report.html)
        #expect(page.shown.contains { $0.pointer == "/candidates/5/budget/excessNats" })
        #expect(!report.html.contains("<line class=\"limit\" x1=\"0%\""), "agreement has no budget")
    }

    /// Labels of a plot lie beside its marks, and neither over another nor over a mark, while there is room.
    @Test func labelsOfPlotsStayApart() {
        let html = OptimizationExample.sweep().html
        for plot in html.components(separatedBy: "<svg class=\"plot tall\"").dropFirst() {
            let labels = plot.components(separatedBy: "<text class=\"label").dropFirst().map(Box.init)
            #expect(labels.count == 6)
            for (index, one) in labels.enumerated() {
                for other in labels[..<index] { #expect(!one.overlaps(other), "\(one) \(other)") }
            }
        }
    }

    /// A dense report has none of it.
    @Test func denseReportsSayNothingOfPruning() {
        var report = OptimizationExample.full(blocks: 2)
        report.candidates.removeLast()
        let html = report.html
        for text in ["id=\"pruning\"", "Density", "class=\"chosen\" cx", "Compressed", "class=\"legend marks\""] {
            #expect(!html.contains(text), "\(text)")
        }
        #expect(report.json.at("/choice") == .null && report.json.at("/dense") == .null)
    }

    /// A label's place in a plot of 270 x 240 pixels, as its attributes have it.
    private struct Box: CustomStringConvertible {
        let (left, right, top, bottom): (Double, Double, Double, Double)

        init(_ element: String) {
            func value(_ name: String) -> Double {
                let rest = element.components(separatedBy: " \(name)=\"").dropFirst().first ?? ""
                return Double(rest.prefix { "-.0123456789".contains($0) }) ?? .nan
            }
            let text = element.components(separatedBy: ">").dropFirst().first?.components(separatedBy: "<").first ?? ""
            let x = 2.7 * value("x") + value("dx")
            let y = 2.4 * value("y") + 13 * value("dy")
            let width = 7 * Double(text.count)
            let start = element.hasPrefix(" left") ? x - width : element.hasPrefix(" middle") ? x - width / 2 : x
            (left, right) = (start, start + width)
            (top, bottom) = (y - 10, y + 2)
        }

        func overlaps(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }

        var description: String { "\(Int(left))...\(Int(right)) x \(Int(top))...\(Int(bottom))" }
    }
}
