import Hone

/// A command line that cannot be understood: exit status 2.
struct UsageError: Error {
    let message: String
    /// The command at fault, nil if it is none that exists.
    let command: CommandSpecification?
}

/// The arguments of one command, split into positional ones and options.
struct ParsedArguments {
    let positional: [String]
    private let options: [String: [String]]
    private let specification: CommandSpecification

    /// - Throws: `UsageError` for an unknown or repeated option, a missing value, or the wrong number of positional
    ///   arguments.
    init(_ arguments: [String], for specification: CommandSpecification) throws(UsageError) {
        var positional: [String] = []
        var options: [String: [String]] = [:]
        let known = Dictionary(uniqueKeysWithValues: specification.options.map { ($0.name, $0) })
        var index = 0

        func fail(_ message: String) -> UsageError { UsageError(message: message, command: specification) }

        while index < arguments.count {
            var argument = arguments[index]
            index += 1
            guard argument.hasPrefix("-"), argument.count > 1, Double(argument) == nil else {
                positional.append(argument)
                continue
            }
            var inlineValue: String?
            if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") {
                inlineValue = String(argument[argument.index(after: equals)...])
                argument = String(argument[..<equals])
            }
            if let reason = specification.refusals[argument] { throw fail("option \(argument): \(reason)") }
            guard let option = known[argument] else {
                throw fail("unknown option \(argument)\(suggestion(for: argument, among: Array(known.keys)))")
            }
            guard option.valueName != nil else {
                guard inlineValue == nil else { throw fail("option \(argument) takes no value") }
                options[argument] = []
                continue
            }
            var values = inlineValue.map { [$0] } ?? []
            while values.isEmpty || option.isRepeated, inlineValue == nil, index < arguments.count,
                !ParsedArguments.looksLikeOption(arguments[index])
            {
                values.append(arguments[index])
                index += 1
            }
            guard !values.isEmpty else { throw fail("option \(argument) needs a value: \(option.spelling)") }
            guard option.isRepeated || options[argument] == nil else { throw fail("option \(argument) is given twice") }
            options[argument, default: []].append(contentsOf: values)
        }
        let expected = specification.positional
        let needed = expected.count { !$0.hasPrefix("[") }
        guard (needed...expected.count).contains(positional.count) else {
            let expected = expected.joined(separator: " ")
            let given = positional.isEmpty ? "nothing" : positional.map { "'\($0)'" }.joined(separator: ", ")
            throw fail("expected \(expected.isEmpty ? "no arguments" : "one \(expected)"), got \(given)")
        }
        self.positional = positional
        self.options = options
        self.specification = specification
    }

    /// A negative number is a value, not an option.
    private static func looksLikeOption(_ argument: String) -> Bool {
        argument.hasPrefix("-") && argument.count > 1 && Double(argument.prefix { $0 != "," }) == nil
    }

    func has(_ option: String) -> Bool { options[option] != nil }

    func value(_ option: String) -> String? { options[option]?.first }

    func values(_ option: String) -> [String] { options[option] ?? [] }

    func required(_ option: String) throws(UsageError) -> String {
        guard let value = value(option) else { throw fail("option \(option) is required") }
        return value
    }

    /// A whole number of at least `minimum`.
    func integer(_ option: String, minimum: Int = 1) throws(UsageError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text), number >= minimum else {
            throw fail("option \(option) needs a whole number from \(minimum) to \(Int.max), not '\(text)'")
        }
        return number
    }

    /// A finite number.
    func number(_ option: String) throws(UsageError) -> Double? {
        guard let text = value(option) else { return nil }
        guard let number = Double(text), number.isFinite else {
            throw fail("option \(option) needs a number, not '\(text)'")
        }
        return number
    }

    /// Numbers separated by commas.
    func numbers(_ option: String) throws(UsageError) -> [Float]? {
        guard let text = value(option) else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
        let numbers = parts.compactMap { $0 }
        guard numbers.count == parts.count, numbers.allSatisfy(\.isFinite) else {
            throw fail("option \(option) needs numbers separated by commas, not '\(text)'")
        }
        return numbers
    }

    func fail(_ message: String) -> UsageError { UsageError(message: message, command: specification) }
}

/// `; did you mean --x?` for the closest known spelling, empty where none is close.
func suggestion(for spelling: String, among known: [String]) -> String {
    let closest = known.map { ($0, editDistance($0, spelling)) }.min { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 < $1.1 }
    guard let (candidate, distance) = closest, distance <= max(1, spelling.count / 3) else { return "" }
    return "; did you mean \(candidate)?"
}

/// Insertions, deletions and substitutions between two spellings (Levenshtein 1966).
private func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let substituted = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
