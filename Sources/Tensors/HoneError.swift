/// What went wrong, where, what was expected, and what to do about it.
///
/// The one error type that Hone's functions throw. Bad input (a file, a model, data, an option) and the environment
/// (a device, memory) are errors; a mistake of Hone's own is a `precondition`.
public struct HoneError: Error, Sendable, CustomStringConvertible {
    /// The class of a failure; open, so that adding one breaks nobody's `switch`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable spelling, as `--json` output prints it.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// A file is not what it claims to be: truncated, corrupt, or hostile.
        public static let malformedFile = Code("malformed-file")
        /// A model is well-formed but contradicts itself: a missing tensor, a cycle, shapes that do not fit.
        public static let invalidModel = Code("invalid-model")
        /// A model uses an operator, attribute, type or rank that Hone does not implement.
        public static let unsupported = Code("unsupported")
        /// Data fed to a model does not fit it.
        public static let invalidInput = Code("invalid-input")
        /// An option or argument has no valid meaning.
        public static let invalidOption = Code("invalid-option")
        /// A file could not be found, read or written.
        public static let fileAccess = Code("file-access")
        /// A device is missing or failed.
        public static let device = Code("device")
        /// A device stopped while it was computing; what it holds is gone, and starting again may help.
        public static let deviceLost = Code("device-lost")
        /// An allocation would exceed what the machine or the device has.
        public static let outOfMemory = Code("out-of-memory")
        /// Processes that share a task cannot reach each other.
        public static let communication = Code("communication")
        /// A check that the user asked for did not hold, as of `verify`.
        public static let checkFailed = Code("check-failed")
    }

    /// The class of the failure.
    public var code: Code
    /// What is wrong, with the expected and the found value.
    public var message: String
    /// What the reader can do about it, if there is something.
    public var remedy: String?
    /// The graph node at fault, if one is: name, operator and opset.
    public var node: String?
    /// The file at fault, if one is.
    public var file: String?
    /// The stage that failed, such as the name of a pass, outermost last.
    public var stages: [String] = []

    /// Creates an error; `node`, `file` and stages are usually added by the callers that know them.
    public init(_ code: Code, _ message: String, remedy: String? = nil, node: String? = nil, file: String? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.node = node
        self.file = file
    }

    /// One line: file, stages, node, message, remedy.
    public var description: String {
        var parts: [String] = []
        if let file { parts.append(file) }
        parts.append(contentsOf: stages.reversed())
        if let node { parts.append(node) }
        parts.append(message)
        let line = parts.joined(separator: ": ")
        return Self.printable(remedy.map { "\(line) (\($0))" } ?? line)
    }

    /// Escapes control characters: names come from files, and may hold line ends and terminal commands.
    private static func printable(_ line: String) -> String {
        line.unicodeScalars.reduce(into: "") { text, scalar in
            text += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }

    /// The same error, saying that it arose in `file`, unless it already names one.
    public func inFile(_ file: String) -> HoneError {
        var copy = self
        if copy.file == nil { copy.file = file }
        return copy
    }

    /// The same error, saying that it arose at `node`, unless it already names one.
    public func atNode(_ node: String) -> HoneError {
        var copy = self
        if copy.node == nil { copy.node = node }
        return copy
    }

    /// The same error, saying that it arose during `stage`.
    public func during(_ stage: String) -> HoneError {
        var copy = self
        copy.stages.append(stage)
        return copy
    }
}
