import Tensors

/// How the processes of one job reach each other. One thread calls it.
package protocol Transport {
    /// This process's number, from 0.
    var rank: Int { get }
    /// How many processes there are.
    var count: Int { get }
    /// How many threads this process should use for all ranks of its machine to have as many; nil if it has it to itself.
    var threads: Int? { get }

    /// Sends at most `MessageChunks.size` bytes to a rank that waits for as many.
    ///
    /// - Throws: `.communication`.
    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws(HoneError)

    /// Waits for as many bytes from a rank.
    ///
    /// - Throws: `.communication`.
    func receive(into bytes: UnsafeMutableRawBufferPointer, from rank: Int) throws(HoneError)

    /// Every rank's number, by rank; waits for all of them.
    ///
    /// - Throws: `.communication`.
    func gather(_ number: Int32) throws(HoneError) -> [Int32]

    /// Leaves the job once all others do; nothing can be sent afterwards.
    func leave()

    /// Ends every process of the job at once.
    func abort(status: Int32)
}

/// A process that no launcher started: the only one of its job.
struct OneProcess: Transport {
    let rank = 0
    let count = 1
    let threads: Int? = nil

    func send(_: UnsafeRawBufferPointer, to _: Int) { preconditionFailure("there is no other rank") }
    func receive(into _: UnsafeMutableRawBufferPointer, from _: Int) { preconditionFailure("there is no other rank") }
    func gather(_ number: Int32) -> [Int32] { [number] }
    func leave() {}
    func abort(status _: Int32) {}
}
