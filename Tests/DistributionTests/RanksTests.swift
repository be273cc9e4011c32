import Tensors
import Testing

@testable import Distribution

@Suite struct RanksTests {
    /// Which ranks were added up, each once.
    private struct Members: Reducible, Equatable {
        var ranks: [UInt8]

        init(ranks: [UInt8]) { self.ranks = ranks }

        init(message: [UInt8]) throws(HoneError) {
            guard message.first == 0xA5 else { throw HoneError(.communication, "no message of a rank") }
            ranks = Array(message.dropFirst())
        }

        var message: [UInt8] { [0xA5] + ranks }

        mutating func reduce(_ other: Members) { ranks += other.ranks }
    }

    @Test(arguments: 1...13) func everyRankCountsOnce(count: Int) throws {
        let sums = try Mailboxes(count: count).run { try $0.reduce(Members(ranks: [UInt8($0.rank)]))?.ranks }
        #expect(sums[0]?.sorted() == (0..<UInt8(count)).map { $0 })
        #expect(sums.dropFirst().allSatisfy { $0 == nil })
    }

    @Test(arguments: [0, 1, 7, 16_383, 16_384, 16_385, 300_000])
    func messagesOfAnyLengthArrive(length: Int) throws {
        let boxes = Mailboxes(count: 2)
        let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let received = try boxes.run { ranks -> [UInt8] in
            guard ranks.isFirst else { return try ranks.receive(from: 0) }
            try ranks.send(message, to: 1)
            return message
        }
        #expect(received[1] == message)
        #expect(boxes.sentSizes.allSatisfy { $0 <= MessageChunks.size })
    }

    @Test func anImpossibleLengthIsRefused() throws {
        #expect(throws: HoneError.self) {
            try Mailboxes(count: 2).run { ranks -> Int in
                guard ranks.isFirst else { return try ranks.receive(from: 0).count }
                // The length alone, as eight bytes.
                try ranks.sendLength(UInt64.max, to: 1)
                return 0
            }
        }
    }

    @Test(arguments: [0, 1, 16_384, 16_385, (1 << 32) + 1])
    func piecesCoverAMessage(count: Int) {
        let ranges = MessageChunks.ranges(of: count)
        #expect(ranges.reduce(0) { $0 + $1.count } == count)
        #expect(ranges.allSatisfy { !$0.isEmpty && $0.count <= MessageChunks.size })
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }

    /// What a command sees that no launcher started, in a build with MPI too.
    @Test func aProcessAloneIsTheFirstRankOfOne() throws {
        let ranks = Ranks(OneProcess())
        #expect(ranks.isFirst && ranks.count == 1 && ranks.threads == nil)
        #expect(try ranks.gather(status: 3) == [3])
        #expect(try ranks.reduce(Members(ranks: [9])) == Members(ranks: [9]))
    }
}
