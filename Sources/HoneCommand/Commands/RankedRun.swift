import Distribution
import Hone

/// How a process ends that has nothing more to say, since it or another rank of its job said it.
struct QuietExit: Error {
    let status: Int32
}

extension Ranks {
    /// Runs a command's work on all ranks of a job.
    ///
    /// All ranks prepare, then all of them work, or none does: an argument or a file that is wrong everywhere is told once.
    /// What fails later, on whatever rank, is told by that rank and ends the others where they are.
    ///
    /// - Parameter prepare: checks arguments and opens files; returns the work, which then talks to the other ranks.
    /// - Throws: what either throws, on one rank; on several `QuietExit`, since it was told, or `.communication`.
    func run<Result>(_ prepare: () throws -> () throws -> Result) throws -> Result {
        guard count > 1 else {
            defer { leave() }
            return try prepare()()
        }
        var work: (() throws -> Result)?
        var failure: (any Error)?
        do { work = try prepare() } catch { failure = error }
        let statuses = try gather(status: failure.map(HoneCommand.status) ?? 0)
        let teller = statuses.firstIndex { $0 != 0 }
        guard teller == nil, let work else {
            // Before anybody leaves: a launcher ends all ranks as soon as one of them exits with a status.
            if let failure, teller == rank { HoneCommand.tell(failure) }
            leave()
            throw QuietExit(status: teller.map { statuses[$0] } ?? 1)
        }
        do {
            let result = try work()
            leave()
            return result
        } catch {
            HoneCommand.tell((error as? HoneError)?.during("rank \(rank) of \(count)") ?? error)
            abort(status: HoneCommand.status(error))
            // Only for the compiler: the line above does not come back.
            throw QuietExit(status: HoneCommand.status(error))
        }
    }
}
