import Files
import Reporting

/// What a command prints: a text for people, or JSON; both if the JSON goes to a file.
enum Printing {
    static let json = OptionSpecification.flag("--json", "print JSON")
    static let jsonFile = OptionSpecification.value("--json-to", "FILE", "write JSON to a file, and print the text")

    /// - Throws: `UsageError` if both options are given; `.fileAccess` if the file cannot be written.
    static func print(_ text: String, _ value: JSONValue, _ arguments: ParsedArguments) throws {
        if let path = arguments.value(jsonFile.name) {
            try AtomicFile.write(value.serialized() + "\n", to: path)
        }
        Swift.print(arguments.has(json.name) ? value.serialized() : text.trimmingSuffix("\n"))
    }

    /// For commands to call before they begin.
    static func check(_ arguments: ParsedArguments) throws(UsageError) {
        if arguments.has(json.name), arguments.has(jsonFile.name) {
            throw arguments.fail("give --json or --json-to, not both")
        }
    }
}

extension String {
    func trimmingSuffix(_ suffix: Character) -> String {
        var copy = self
        while copy.last == suffix { copy.removeLast() }
        return copy
    }
}
