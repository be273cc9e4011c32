import Evaluation
import Reporting

/// What `hone verify` prints.
struct VerificationSummary {
    let first: String
    let second: String
    let source: String
    let report: VerificationReport

    var text: String {
        var lines = ["\(first) against \(second), \(source)"]
        lines.append("nodes       \(VerificationSummary.verdict(report))")
        if let difference = report.firstDifference {
            lines.append(
                "first       \(difference.operatorType) '\(difference.node)', batch \(difference.batch)")
            for output in difference.outputs where !output.isEqual {
                lines.append(
                    "            '\(output.value)': \(output.differingCount) of \(output.elementCount) elements, "
                        + "largest difference \(output.maximumDifference)")
            }
        }
        lines.append("end to end  \(endToEnd)")
        return lines.joined(separator: "\n")
    }

    private var endToEnd: String {
        guard !report.isEqualEndToEnd else { return "equal" }
        let largest = report.endToEnd.joined().map(\.maximumDifference).max() ?? 0
        return "different, by \(largest) at most"
            + (report.isExact ? "" : " (a function such as exp runs in float, which devices round differently)")
    }

    /// One phrase: how many comparisons, and whether all are equal.
    static func verdict(_ report: VerificationReport) -> String {
        let different = report.nodes.count { !$0.isEqual }
        guard different > 0 else { return "all \(report.nodes.count) equal" }
        let excessive = report.nodes.count { !$0.isWithinBound }
        return "\(different) of \(report.nodes.count) differ"
            + (excessive == 0 ? ", within their bounds" : ", \(excessive) beyond their bounds")
    }

    var json: JSONValue {
        .object([
            ("first", .string(first)), ("second", .string(second)), ("data", .string(source)),
            ("equal", .bool(report.isEqual)), ("withinBounds", .bool(report.isWithinBounds)),
            ("equalEndToEnd", .bool(report.isEqualEndToEnd)),
            ("comparedNodes", .integer(report.nodes.count)),
            ("differingNodes", .integer(report.nodes.count { !$0.isEqual })),
            (
                "firstDifference",
                report.firstDifference.map { difference in
                    .object([
                        ("node", .string(difference.node)), ("operator", .string(difference.operatorType)),
                        ("batch", .integer(difference.batch)),
                        (
                            "outputs",
                            .array(
                                difference.outputs.map { output in
                                    .object([
                                        ("name", .string(output.value)), ("elements", .integer(output.elementCount)),
                                        ("differing", .integer(output.differingCount)),
                                        ("maximumDifference", .number(output.maximumDifference)),
                                    ])
                                })
                        ),
                    ])
                } ?? .null
            ),
        ])
    }
}
