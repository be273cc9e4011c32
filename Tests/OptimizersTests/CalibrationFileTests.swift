import Foundation
import Reporting
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// A record as a file: every record comes back as it was, and no file makes one that data could not have made.
@Suite struct CalibrationFileTests {
    @Test(arguments: 61..<67) func everyRecordComesBack(seed: UInt64) throws {
        let record = CalibrationFileTests.record(seed: seed)
        let text = record.json.serialized()
        let read = try CalibrationFile.decode(Array(text.utf8))
        #expect(read == record)
        #expect(read.json.serialized() == text)
    }

    @Test func shardsInAnyOrderGiveTheSameBytes() throws {
        let shards = (0..<3).map { CalibrationFileTests.record(seed: 70 + UInt64($0), samples: $0 + 1) }
        let texts = try [[0, 1, 2], [2, 0, 1], [1, 2, 0]].map { order in
            var merged = shards[order[0]]
            for index in order.dropFirst() { try merged.merge(shards[index]) }
            return merged.json.serialized()
        }
        #expect(Set(texts).count == 1)
    }

    @Test func whatCannotBeAddedIsRefused() throws {
        let record = CalibrationFileTests.record(seed: 71)
        var merged = record
        #expect(throws: HoneError.self) { try merged.merge(record) }
        var other = CalibrationRecord(model: record.model &+ 1)
        #expect(throws: HoneError.self) { try other.merge(record) }
        var fewer = CalibrationRecord(model: record.model)
        fewer.add(samples: [1, 2, 3])
        #expect(throws: HoneError.self) { try fewer.merge(record) }
        #expect(merged == record)
        // Samples that are known to be others may be equal ones.
        try merged.merge(record, areDistinct: true)
        #expect(merged.sampleCount == 2 * record.sampleCount)
    }

    @Test(arguments: [
        (#""version": 1"#, #""version": 2"#), (#""format": "hone"#, #""format": "hone of another"#),
        (#""model": ""#, #""model": "x"#), (#""data": ""#, #""data": "-"#), (#""exponent": "#, #""exponent": 9"#),
        (#""firstBin": "#, #""firstBin": 9"#), (#""firstBin": "#, #""firstBin": -1"#), (#""nan": "#, #""nan": -1"#),
        (#""nan": "#, #""nan": 9223372036854775807"#), (#""samples": "#, #""samples": 18446744073709551615"#),
        (#""zeros": "#, #""zeros": 9000000000000000"#), (#""minimum": "#, #""minimum": 1e38"#),
        (#""minimum": "#, #""minimum": "a""#), (#""maximum": "#, #""maximum": -1e39"#),
        (#""sumOfMinima": ""#, #""sumOfMinima": "+"#), (#""sumOfMaxima": ""#, #""sumOfMaxima": "f"#),
        (#""counts": ["#, #""counts": [18446744073709551615, "#), (#""counts": ["#, #""counts": [-1, "#),
        (#""values": {"#, #""values": {"a": {}, "#), ("{", "["), ("\n}", ""),
    ])
    func damageIsAnError(from old: String, to new: String) {
        let text = CalibrationFileTests.record(seed: 72).json.serialized()
        guard let range = text.range(of: old) else {
            Issue.record("the record has no \(old)")
            return
        }
        // A number in place of another: what follows it up to the comma goes.
        var damaged = text.replacingCharacters(in: range, with: new)
        if new.last?.isNumber == true || new.hasSuffix("\"a\""), !new.contains("[") {
            let end = damaged.index(range.lowerBound, offsetBy: new.count)
            if let comma = damaged[end...].firstIndex(of: ",") { damaged.removeSubrange(end..<comma) }
        }
        #expect(throws: HoneError.self) { try CalibrationFile.decode(Array(damaged.utf8)) }
    }

    @Test func everyTruncationIsAnError() {
        let bytes = Array(CalibrationFileTests.record(seed: 73).json.serialized().utf8)
        for length in stride(from: 0, to: bytes.count - 1, by: 97) {
            #expect(throws: HoneError.self) { try CalibrationFile.decode(Array(bytes[..<length])) }
        }
    }

    @Test func exactSumsAsTextComeBack() throws {
        var generator = SeededGenerator(seed: 74)
        for _ in 0..<1000 {
            var sum = ExactSum()
            for _ in 0..<4 {
                let value = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
                if value.isFinite { sum.add(value) }
            }
            #expect(ExactSum(hexadecimal: sum.hexadecimal) == sum)
        }
    }

    /// A record of three values with floats of every kind.
    private static func record(seed: UInt64, samples: Int = 4) -> CalibrationRecord {
        var generator = SeededGenerator(seed: seed)
        var record = CalibrationRecord(model: 0xfeed)
        for name in ["x", "läyer/\"1\"", "constant"] {
            let values = (0..<samples * 50).map { _ -> Float in
                if name == "constant" { return 0 }
                if name == "x" { return Float.random(in: -3...5, using: &generator) }
                return Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
            }
            values.withUnsafeBufferPointer { record.add($0, samples: samples, to: name) }
        }
        record.add(samples: (0..<samples).map { _ in UInt64.random(in: 0...UInt64.max, using: &generator) })
        return record
    }
}
