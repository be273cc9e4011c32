import Tensors

/// The processes that share a task, from the point of view of one of them.
///
/// A program built without the trait `MPI`, or that no launcher started, is the only rank of one.
package struct Ranks {
    private let transport: any Transport
    /// No message is longer, in bytes: what a peer announces sizes an allocation.
    private static let messageLimit = 1 << 40

    package init(_ transport: any Transport) { self.transport = transport }

    /// Joins the job that the launcher started this process for.
    ///
    /// - Throws: `.communication`.
    package static func join() throws(HoneError) -> Ranks {
        #if MPI
            if let transport = try MessagePassing.join() { return Ranks(transport) }
        #endif
        return Ranks(OneProcess())
    }

    /// This process's number, from 0.
    package var rank: Int { transport.rank }
    /// How many processes there are.
    package var count: Int { transport.count }
    /// Whether this is the rank that writes and speaks.
    package var isFirst: Bool { rank == 0 }
    /// The threads that leave each rank of a machine its share of the processors; nil for one a processor.
    package var threads: Int? { transport.threads }

    /// Every rank's status, by rank: all of them wait here for each other.
    ///
    /// - Throws: `.communication`.
    package func gather(status: Int32) throws(HoneError) -> [Int32] { try transport.gather(status) }

    /// Leaves the job, once all others do. The last thing that a rank does.
    package func leave() { transport.leave() }

    /// Ends all ranks at once, wherever they are.
    package func abort(status: Int32) { transport.abort(status: status) }

    /// Sends a message of any length.
    ///
    /// - Throws: `.communication`.
    package func send(_ message: [UInt8], to rank: Int) throws(HoneError) {
        try sendLength(UInt64(message.count), to: rank)
        try sendAll(message, to: rank)
    }

    /// What goes before every message: eight bytes, the least significant first.
    func sendLength(_ length: UInt64, to rank: Int) throws(HoneError) {
        try sendAll((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }, to: rank)
    }

    /// Waits for a message of a rank.
    ///
    /// - Throws: `.communication`, also for a length that no message has.
    package func receive(from rank: Int) throws(HoneError) -> [UInt8] {
        let length = try receiveAll(8, from: rank).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Ranks.messageLimit) else {
            throw HoneError(
                .communication, "rank \(rank) announces a message of \(length) bytes",
                remedy: "run the same version of hone on every machine")
        }
        return try receiveAll(Int(length), from: rank)
    }

    private func sendAll(_ bytes: [UInt8], to rank: Int) throws(HoneError) {
        for range in MessageChunks.ranges(of: bytes.count) {
            try bytes.withUnsafeBufferPointer { (all) throws(HoneError) in
                try transport.send(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[range])), to: rank)
            }
        }
    }

    private func receiveAll(_ count: Int, from rank: Int) throws(HoneError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        for range in MessageChunks.ranges(of: count) {
            try bytes.withUnsafeMutableBufferPointer { (all) throws(HoneError) in
                let piece = UnsafeMutableBufferPointer(rebasing: all[range])
                try transport.receive(into: UnsafeMutableRawBufferPointer(piece), from: rank)
            }
        }
        return bytes
    }
}
