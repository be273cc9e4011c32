/// An option that a command takes.
struct OptionSpecification: Sendable {
    let name: String
    /// What stands for the value in the help; nil for a flag.
    let valueName: String?
    /// Whether one `--option` takes all the values up to the next option, and may come again.
    let isRepeated: Bool
    let help: String

    static func flag(_ name: String, _ help: String) -> OptionSpecification {
        OptionSpecification(name: name, valueName: nil, isRepeated: false, help: help)
    }

    static func value(_ name: String, _ valueName: String, _ help: String) -> OptionSpecification {
        OptionSpecification(name: name, valueName: valueName, isRepeated: false, help: help)
    }

    static func list(_ name: String, _ valueName: String, _ help: String) -> OptionSpecification {
        OptionSpecification(name: name, valueName: valueName, isRepeated: true, help: help)
    }

    /// How the help spells the option.
    var spelling: String {
        guard let valueName else { return name }
        return isRepeated ? "\(name) \(valueName) ..." : "\(name) \(valueName)"
    }
}

/// What a command is called, takes and does.
struct CommandSpecification: Sendable {
    let name: String
    let summary: String
    /// Names of the positional arguments; those in brackets may be left out, and come last.
    let positional: [String]
    let options: [OptionSpecification]
    /// Paragraphs printed after the options.
    var notes: [String] = []
    /// Options of other commands that make no sense here, with the reason.
    var refusals: [String: String] = [:]

    /// A flag of every command that computes on a device.
    static let verbose = OptionSpecification.flag(
        "--verbose", "say at the end how many OpenCL programs were compiled, and how many came from the cache")

    /// Whether the command computes on a device.
    var usesDevice: Bool { options.contains { $0.name == "--device" } }

    /// Whether `--verbose` is among the command's own options: it then means that too.
    var hasOwnVerbose: Bool { options.contains { $0.name == CommandSpecification.verbose.name } }

    /// One line: how to call the command.
    var usage: String { (["hone", name] + positional + ["[options]"]).joined(separator: " ") }

    /// The whole help text.
    var help: String {
        var lines = [summary, "", "Usage: \(usage)", ""]
        let options = options + (usesDevice && !hasOwnVerbose ? [CommandSpecification.verbose] : [])
        if !options.isEmpty {
            lines.append("Options:")
            let width = options.map(\.spelling.count).max() ?? 0
            for option in options {
                let padding = String(repeating: " ", count: width - option.spelling.count)
                lines.append("  \(option.spelling)\(padding)  \(option.help)")
            }
        }
        for note in notes { lines.append(contentsOf: ["", note]) }
        return lines.joined(separator: "\n")
    }
}
