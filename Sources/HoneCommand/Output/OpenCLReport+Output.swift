import Hone
import Reporting

extension OpenCLReport.Entry {
    /// A heading and what is known, indented.
    func lines(isAutomatic: Bool) -> [String] {
        var lines = [
            "\(device)\(isAutomatic ? "  (auto)" : "")  \(name) (\(kind), \(vendor))",
            "  platform: \(platform), \(platformVersion); driver \(driverVersion)",
            "  \(version); \(computeUnits) compute units at \(clockMegahertz) MHz; memory \(memory >> 20) MiB, "
                + "\(maximumAllocation >> 20) MiB at most in one piece; local memory \(localMemory >> 10) KiB; "
                + "work-groups up to \(maximumWorkGroupSize)",
        ]
        if !dotProducts.isEmpty {
            let bodies = dotProducts.map { product in
                let rate = product.billionsPerSecond.map { ", \(rounded($0)) G/s" } ?? ""
                return "\(product.body): \(product.outcome)\(rate)\(product.isChosen ? ", chosen" : "")"
            }
            lines.append("  dot products: \(bodies.joined(separator: "; "))")
            lines.append("  matrix instructions: \(matrix)")
        }
        if !arithmetic.isEmpty {
            let words = arithmetic.map { "\($0.name) \($0.holds ? "yes" : "no")" }
            lines.append("  float32: \(words.joined(separator: ", "))")
        }
        if let obstacle { lines.append("  cannot be used: \(obstacle)") }
        return lines
    }

    /// The same as an object.
    ///
    /// - Parameter findings: what an examination found; nil if there was none.
    func json(findings: [(key: String, value: JSONValue)]?) -> JSONValue {
        .object(
            [
                ("device", .string(device)), ("kind", .string(kind)), ("name", .string(name)),
                ("vendor", .string(vendor)), ("platform", .string(platform)),
                ("platformVersion", .string(platformVersion)), ("driver", .string(driverVersion)),
                ("version", .string(version)), ("languageVersion", .string(languageVersion)),
                ("computeCapability", computeCapability.map { .integer($0) } ?? .null),
                ("extensions", .array(extensions.map { .string($0) })), ("computeUnits", .integer(computeUnits)),
                ("clockMHz", .integer(clockMegahertz)), ("memoryBytes", .integer(memory)),
                ("maximumAllocationBytes", .integer(maximumAllocation)), ("localMemoryBytes", .integer(localMemory)),
                ("maximumWorkGroupSize", .integer(maximumWorkGroupSize)),
                (
                    "dotProducts",
                    .array(
                        dotProducts.map { product in
                            .object([
                                ("body", .string(product.body)), ("outcome", .string(product.outcome)),
                                ("billionsPerSecond", product.billionsPerSecond.map { .number($0) } ?? .null),
                                ("chosen", .bool(product.isChosen)),
                            ])
                        })
                ),
                ("matrix", .string(matrix)),
                ("float32", .object(arithmetic.map { (key: $0.name, value: .bool($0.holds)) })),
                ("usable", .bool(obstacle == nil)), ("obstacle", obstacle.map { .string($0) } ?? .null),
            ] + (findings.map { [("examination", .object($0))] } ?? []))
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
