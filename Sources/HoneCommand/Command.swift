import Foundation
import Hone

/// One command of `hone`.
protocol Command: Sendable {
    static var specification: CommandSpecification { get }
    static func run(_ arguments: ParsedArguments) async throws
}

/// The `hone` executable: finds the command, runs it, turns errors into one line and an exit status.
///
/// Exit status 0: done. 1: failed, the reason is on standard error. 2: the command line was not understood.
@main
enum HoneCommand {
    static let commands: [any (Command & SendableMetatype).Type] = [
        OptimizeCommand.self, InspectCommand.self, RunCommand.self, EvaluateCommand.self, CalibrateCommand.self,
        PruneCommand.self, QuantizeCommand.self, CompareCommand.self, SensitivityCommand.self, VerifyCommand.self,
        BenchmarkCommand.self, TuneCommand.self, DevicesCommand.self,
    ]

    static func main() async {
        Device.onNote { complain("hone: note: \($0)") }
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        exit(status)
    }

    /// - Returns: the exit status.
    static func run(_ arguments: [String]) async -> Int32 {
        do {
            try await dispatch(arguments)
            return 0
        } catch {
            tell(error)
            return status(error)
        }
    }

    /// Says why a command ends.
    static func tell(_ error: any Error) {
        switch error {
        case is QuietExit: break
        case let error as UsageError:
            complain("hone: \(error.message)")
            complain(error.command.map { "usage: \($0.usage)\nSee 'hone \($0.name) --help'." } ?? "See 'hone --help'.")
        default: complain("hone: error: \(error)")
        }
    }

    /// The exit status of a command that ends so.
    static func status(_ error: any Error) -> Int32 {
        switch error {
        case let exit as QuietExit: exit.status
        case is UsageError: 2
        default: 1
        }
    }

    private static func dispatch(_ arguments: [String]) async throws {
        guard var name = arguments.first, name != "--help", name != "-h", arguments != ["help"] else {
            print(overview)
            return
        }
        var rest = Array(arguments.dropFirst())
        if name == "help" { (name, rest) = (rest[0], ["--help"]) }
        if name == "--version" {
            print("hone \(honeVersion)")
            return
        }
        guard let command = commands.first(where: { $0.specification.name == name }) else {
            let hint = suggestion(for: name, among: commands.map { $0.specification.name })
            throw UsageError(message: "unknown command '\(name)'\(hint)", command: nil)
        }
        if rest.contains("--help") || rest.contains("-h") {
            print(command.specification.help)
            return
        }
        let isVerbose = rest.contains(CommandSpecification.verbose.name) && command.specification.usesDevice
        // A command may have more to say itself.
        if isVerbose, !command.specification.hasOwnVerbose {
            rest.removeAll { $0 == CommandSpecification.verbose.name }
        }
        try await command.run(try ParsedArguments(rest, for: command.specification))
        if isVerbose { complain(programs(OpenCLReport.programCounts)) }
    }

    /// What was compiled for OpenCL devices.
    private static func programs(_ counts: (built: Int, fromCache: Int)) -> String {
        "OpenCL programs: \(counts.built) built, \(counts.fromCache) from the cache"
    }

    private static var overview: String {
        let width = commands.map { $0.specification.name.count }.max() ?? 0
        let rows = commands.map { command in
            let name = command.specification.name
            return "  \(name)\(String(repeating: " ", count: width - name.count))  \(command.specification.summary)"
        }
        return """
            hone makes trained CNNs small and fast, and runs them.

            Usage: hone COMMAND [arguments]

            Commands:
            \(rows.joined(separator: "\n"))

            'hone COMMAND --help' explains one. Exit status: 0 done, 1 failed, 2 command line not understood.
            """
    }

    static func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
