import Foundation
import Synchronization
import Tensors

@testable import Distribution

/// Ranks as threads of this process: what each would do with MPI, without it.
final class Mailboxes: Sendable {
    private struct Route: Hashable {
        let from: Int
        let to: Int
    }

    let count: Int
    private let pieces = Mutex<[Route: [[UInt8]]]>([:])
    private let sizes = Mutex<[Int]>([])

    init(count: Int) { self.count = count }

    /// The sizes of all pieces that were sent.
    var sentSizes: [Int] { sizes.withLock { $0 } }

    /// Runs `body` as every rank at the same time, and gives what each returned, by rank.
    func run<Result: Sendable>(_ body: @escaping @Sendable (Ranks) throws -> Result) throws -> [Result] {
        let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
        let finished = DispatchGroup()
        for rank in 0..<count {
            finished.enter()
            let thread = Thread {
                let result = Swift.Result { try body(Ranks(Mailbox(rank: rank, boxes: self))) }
                results.withLock { $0[rank] = result }
                finished.leave()
            }
            thread.start()
        }
        finished.wait()
        return try results.withLock { all in try (0..<count).compactMap { try all[$0]?.get() } }
    }

    fileprivate func put(_ bytes: [UInt8], from: Int, to: Int) {
        sizes.withLock { $0.append(bytes.count) }
        pieces.withLock { $0[Route(from: from, to: to), default: []].append(bytes) }
    }

    fileprivate func take(from: Int, to: Int) -> [UInt8] {
        while true {
            let piece = pieces.withLock { all -> [UInt8]? in
                guard var waiting = all[Route(from: from, to: to)], !waiting.isEmpty else { return nil }
                let first = waiting.removeFirst()
                all[Route(from: from, to: to)] = waiting
                return first
            }
            if let piece { return piece }
            Thread.sleep(forTimeInterval: 0.0002)
        }
    }
}

private struct Mailbox: Transport {
    let rank: Int
    let boxes: Mailboxes
    var count: Int { boxes.count }
    let threads: Int? = 1

    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) { boxes.put(Array(bytes), from: self.rank, to: rank) }

    func receive(into bytes: UnsafeMutableRawBufferPointer, from rank: Int) throws(HoneError) {
        let piece = boxes.take(from: rank, to: self.rank)
        guard piece.count == bytes.count else { throw HoneError(.communication, "\(piece.count) bytes") }
        bytes.copyBytes(from: piece)
    }

    func gather(_ number: Int32) -> [Int32] { [number] }
    func leave() {}
    func abort(status _: Int32) {}
}
