import Foundation
import Synchronization

/// Notes which programs a process needs, for `make check-oclgrind` and `make check-nvidia`: what runs in a simulator is also
/// compiled for GPUs that are not there.
enum ProgramTrace {
    /// Names the file that takes a line for each program: its kernel file and its defines.
    static let variable = "HONE_PROGRAMS"

    private static let path = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    private static let noted = Mutex<Set<KernelProgram>>([])

    /// A line for the program, the first time that the process needs it. Does nothing where nobody asked for it.
    static func note(_ program: KernelProgram) {
        guard let path, noted.withLock({ $0.insert(program).inserted }) else { return }
        let defines = program.defines.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        // One write to a file opened for appending: processes side by side do not mix their lines.
        guard let file = fopen(path, "a") else { return }
        fputs((["\(program.file).cl"] + defines).joined(separator: " ") + "\n", file)
        fclose(file)
    }
}
