import Foundation
import Reporting
import Testing

@Suite struct OptimizationPageTests {
    private static let reports = [
        OptimizationExample.full(), OptimizationExample.full(blocks: 2, isLabeled: false), OptimizationExample.bare(),
        OptimizationExample.sweep(), OptimizationExample.sweep(isLabeled: false),
    ]

    /// Every number that a page shows is the one at the pointer beside it, rounded to the digits shown.
    @Test(arguments: reports.indices) func figuresTraceToTheDocument(index: Int) throws {
        let report = Self.reports[index]
        let document = report.json
        let page = OptimizationPage(report.html)
        #expect(page.imbalance.isEmpty)
        var numberCount = 0
        for shown in page.shown {
            let value = document.at(shown.pointer)
            switch value {
            case .string(let text) where text == "infinity": #expect(shown.text == "∞")
            case .string(let text) where text == "-infinity": #expect(shown.text == "−∞")
            case .string(let text): #expect(shown.text == text)
            // A pointer below a comparison that was not made leads nowhere.
            case .null, nil: #expect(shown.text == "–", "\(shown.pointer)")
            case .integer(let number):
                numberCount += 1
                #expect(Self.shows(shown.text, Double(number)), "\(shown.pointer): \(shown.text) for \(number)")
            case .number(let number):
                numberCount += 1
                #expect(Self.shows(shown.text, number), "\(shown.pointer): \(shown.text) for \(number)")
            default: Issue.record("\(shown.pointer) is no figure: \(shown.text)")
            }
        }
        #expect(numberCount >= [900, 200, 4, 700, 700][index])
    }

    /// What is shown without a pointer holds no number but those of the field's words.
    @Test(arguments: reports.indices) func nothingElseIsANumber(index: Int) {
        var rest = OptimizationPage(Self.reports[index].html).rest
        for term in [
            "int8", "In int8", "Int8", "95\u{A0}%", "top-1", "Top\u{2011}1", "Top\u{2011}5", "90th percentile",
            "Top-1 accuracy",
        ] {
            rest = rest.replacingOccurrences(of: term, with: "")
        }
        // Labels in plots are names of candidates, or short for them.
        for candidate in Self.reports[index].candidates {
            rest = rest.replacingOccurrences(of: candidate.name, with: "")
            rest = rest.replacingOccurrences(of: candidate.label, with: "")
            if candidate.name.hasPrefix("int8") {
                rest = rest.replacingOccurrences(of: candidate.name.dropFirst(4), with: "")
            }
        }
        rest = rest.replacingOccurrences(of: "resnet50", with: "")
        let strays = rest.split(whereSeparator: \.isWhitespace).filter { $0.contains(where: \.isNumber) }
        #expect(strays.isEmpty, "\(strays.prefix(20))")
    }

    /// The page holds the document itself.
    @Test func dataBlockIsTheDocument() throws {
        let report = OptimizationExample.full()
        let block = try JSONSerialization.jsonObject(with: Data(OptimizationPage(report.html).data.utf8))
        let document = try JSONSerialization.jsonObject(with: Data(report.json.serialized().utf8))
        #expect(block as? NSDictionary == document as? NSDictionary)
    }

    /// A model's names reach text, attributes and the data block; they stay text in all of them.
    @Test func namesAreNeverMarkup() throws {
        let hostile = [
            "</script><img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onmouseover='alert(1)",
            "<!--<script>", "&lt;b&gt;", "]]>", "</title><script>alert(1)</script>", "\u{202E}txt.exe\u{0}\u{1B}[31m",
            "</style><b>", "${alert(1)}`",
        ]
        let name = hostile.joined(separator: "|")
        var report = OptimizationExample.sweep()
        let elements = OptimizationPage(report.html).elements
        let attributes = OptimizationPage(report.html).attributes
        report.title = name
        report.notes = hostile
        report.layerTimingConditions = name
        report.budget?.description = name
        report.choice?.reason = name
        for index in report.verifications.indices { report.verifications[index].device = name }
        for index in report.candidates.indices {
            (report.candidates[index].name, report.candidates[index].fileName) = (name, name)
            report.candidates[index].label = name
            report.candidates[index].pruning?.pattern = name
            report.candidates[index].pruning?.target = name
            for layer in (report.candidates[index].pruning?.layers ?? []).indices {
                report.candidates[index].pruning?.layers[layer].name = name
                report.candidates[index].pruning?.layers[layer].operatorType = name
                report.candidates[index].pruning?.layers[layer].reason = name
            }
            for timing in report.candidates[index].timings.indices {
                report.candidates[index].timings[timing].device = name
                report.candidates[index].timings[timing].deviceName = name
            }
        }
        for (index, text) in hostile.enumerated() where index < report.layers.count {
            (report.layers[index].name, report.layers[index].operatorType) = (text, text)
            (report.layers[index].reason, report.layers[index].value) = (text, text)
            if report.layers[index].pruningReason != nil { report.layers[index].pruningReason = text }
            (report.tensors[index].name, report.tensors[index].sharedWith) = (text, text)
        }
        report.provenance.command = name
        (report.provenance.honeVersion, report.provenance.date) = (name, name)
        (report.provenance.processor, report.provenance.operatingSystem) = (name, name)
        report.provenance.calibration?.description = name
        report.provenance.calibration?.hash = name
        report.provenance.settings = [.init(name, name)]
        report.provenance.steps = [.init(name, seconds: 1)]
        report.provenance.recipe = .init(name: name, trials: [.init(name: name, signalToNoise: 1, isKept: true)])
        let page = OptimizationPage(report.html)
        #expect(page.elements == elements)
        #expect(page.attributes == attributes)
        #expect(page.imbalance.isEmpty)
        // Quotes in an attribute, too, are references, so that any reader finds the same attributes.
        #expect(report.html.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"))
        #expect(!page.data.contains("<") && !page.data.contains("&"))
        let block = try JSONSerialization.jsonObject(with: Data(page.data.utf8)) as? [String: Any]
        #expect(block?["title"] as? String == name)
        #expect(block?["notes"] as? [String] == hostile)
        let shown = try #require(report.html.components(separatedBy: "report-json").first)
        for scalar in ["\u{202E}", "\u{0}", "\u{1B}"] { #expect(!shown.contains(scalar)) }
    }

    @Test func longNamesAreCut() {
        var report = OptimizationExample.bare()
        let name = String(repeating: "a", count: 5000) + "end"
        report.layers = [.init(name: name, operatorType: "Conv", isQuantized: true, reason: "int8")]
        let shown = OptimizationPage(report.html).shown.first { $0.pointer == "/layers/0/name" }
        #expect((shown?.text.count ?? 0) < 200 && shown?.text.hasSuffix("end") == true)
        #expect(report.json.at("/layers/0/name") == .string(name))
    }

    /// No address of anything outside, and what is linked inside is there.
    @Test func pageNeedsNothingElse() {
        let html = OptimizationExample.full().html
        let page = OptimizationPage(html)
        #expect(!page.attributes.contains("src") && !page.elements.contains("link"))
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("url("))
        #expect(html.contains("default-src 'none'"))
        #expect(page.links.count > 60)
        for link in page.links { #expect(link.hasPrefix("#") && page.identifiers.contains(String(link.dropFirst()))) }
    }

    @Test func layersAreSortedByLossWithoutScripts() {
        let report = OptimizationExample.full()
        let html = report.html
        let start = html.range(of: "id=\"layers\"")?.upperBound ?? html.startIndex
        let end = html.range(of: "id=\"sensitivity\"")?.lowerBound ?? html.endIndex
        let order = OptimizationPage(String(html[start..<end])).shown.filter { $0.pointer.hasSuffix("/operator") }
            .compactMap { Int($0.pointer.split(separator: "/")[1]) }
        #expect(order.sorted() == Array(report.layers.indices))
        let losses = order.compactMap { report.layers[$0].alone?.klDivergence }
        #expect(losses == losses.sorted(by: >) && losses.count == 48)
        // Then those of which it is not known, the noisiest first.
        let rest = order.suffix(16).compactMap { report.layers[$0].signalToNoise }
        #expect(rest == rest.sorted())
    }

    /// A network of 500 layers, each with a histogram, and 375 of them with weights.
    @Test func largeReportsStaySmall() {
        let size = OptimizationExample.full(blocks: 125).html.utf8.count
        #expect(size < 3_500_000, "\(size) bytes")
    }

    /// Writes the example where HONE_REPORT_EXAMPLE says, for docs/screenshots.py.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["HONE_REPORT_EXAMPLE"] != nil))
    func writesTheExample() throws {
        let folder = URL(filePath: ProcessInfo.processInfo.environment["HONE_REPORT_EXAMPLE"] ?? "")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(OptimizationExample.full().html.utf8).write(to: folder.appending(path: "report.html"))
    }

    /// Whether text shows a number: its digits within half a unit of the last one, in its unit.
    private static func shows(_ text: String, _ number: Double) -> Bool {
        let factors = ["KiB": 1024.0, "MiB": 1_048_576, "GiB": 1_073_741_824]
        let parts = text.replacingOccurrences(of: "−", with: "-").replacingOccurrences(of: "×", with: "")
            .replacingOccurrences(of: ",", with: "").split(separator: "\u{A0}").map(String.init)
        guard let first = parts.first, let value = Double(first) else { return false }
        let factor = parts.count > 1 ? factors[parts[1]] ?? 1 : 1
        let mantissa = first.split(separator: "e")
        let decimals = mantissa.first?.split(separator: ".").dropFirst().first?.count ?? 0
        let exponent = mantissa.count > 1 ? Int(mantissa[1]) ?? 0 : 0
        let unit = pow(10, Double(exponent - decimals))
        return abs(value - number / factor) <= 0.5 * unit * 1.000001 + 1e-12 * abs(value)
    }
}
