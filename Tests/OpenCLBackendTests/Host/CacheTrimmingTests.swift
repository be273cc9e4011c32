import Foundation
import Testing

@testable import OpenCLBackend

/// What the disk cache lets go of, and what it leaves alone.
@Suite struct CacheTrimmingTests {
    private static let now: TimeInterval = 1_800_000_000
    private static let day: TimeInterval = 24 * 3600

    /// A cache in a folder that vanishes with the test.
    private final class Trial {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hone-cache-\(UUID().uuidString)")
        let cache: ProgramCache

        init(byteLimit: Int = .max) { cache = ProgramCache(folder: folder.path, byteLimit: byteLimit) }

        deinit { try? FileManager.default.removeItem(at: folder) }

        /// An entry of 1000 bytes, its header included, that was last used so long before `now`; writing it removes no other.
        func add(_ name: String, ago: TimeInterval) throws -> String {
            let key = ProgramCache.key([name])
            ProgramCache(folder: folder.path, byteLimit: .max).write([UInt8](repeating: 7, count: 952), key)
            try setUse(try #require(cache.path(key)), ago: ago)
            return key
        }

        func setUse(_ path: String, ago: TimeInterval) throws {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: CacheTrimmingTests.now - ago)], ofItemAtPath: path)
        }

        func has(_ key: String) -> Bool { cache.path(key).map { FileManager.default.fileExists(atPath: $0) } ?? false }
    }

    @Test func whatWasNotUsedForLongGoes() throws {
        let trial = Trial()
        let old = try trial.add("old", ago: 91 * Self.day)
        let young = try trial.add("young", ago: 89 * Self.day)
        trial.cache.trim(now: Self.now)
        #expect(!trial.has(old) && trial.has(young))
    }

    @Test func theLeastRecentlyUsedGoFirst() throws {
        let trial = Trial(byteLimit: 3000)
        // Written in another order than used.
        let keys = try [3, 1, 5, 2, 4].map { try trial.add("\($0)", ago: TimeInterval($0) * Self.day) }
        trial.cache.trim(now: Self.now)
        #expect(keys.map(trial.has) == [true, true, false, true, false])
        trial.cache.trim(now: Self.now)
        #expect(keys.map(trial.has) == [true, true, false, true, false], "what fits stays")
    }

    /// Reading is use: an entry that was the oldest stays.
    @Test func aReadEntryIsUsed() throws {
        let trial = Trial(byteLimit: 1000)
        let now = Date().timeIntervalSince1970
        let read = try trial.add("read", ago: Self.now - now + 3 * Self.day)
        let other = try trial.add("other", ago: Self.now - now + 2 * Self.day)
        #expect(trial.cache.read(read) != nil)
        trial.cache.trim(now: now)
        #expect(trial.has(read) && !trial.has(other))
    }

    /// Files of others, in a folder that somebody named carelessly; and what a writer that is still at work has there.
    @Test func whatIsNotTheCachesStays() throws {
        let trial = Trial(byteLimit: 1)
        let key = try trial.add("entry", ago: 100 * Self.day)
        let path = try #require(trial.cache.path(key))
        let place = String(path.dropLast(key.count + 5))
        let strangers = [
            trial.folder.path + "/thesis.txt", place + "/thesis.bin", place + "/\(key).txt",
            place + "/\(String(repeating: "z", count: 64)).bin",
        ]
        let (dead, alive) = (place + "/.\(key).bin.1a2b.tmp", place + "/.\(key).bin.3c4d.tmp")
        for stranger in strangers + [dead, alive] {
            try Data(count: 10).write(to: URL(filePath: stranger))
            try trial.setUse(stranger, ago: 1000 * Self.day)
        }
        try trial.setUse(alive, ago: Self.day / 2)
        trial.cache.trim(now: Self.now)
        #expect(!trial.has(key))
        for stranger in strangers { #expect(FileManager.default.fileExists(atPath: stranger), "\(stranger)") }
        #expect(!FileManager.default.fileExists(atPath: dead) && FileManager.default.fileExists(atPath: alive))
    }

    /// A process that writes trims: with its first entry, then as it has written much.
    @Test func writingTrims() throws {
        let trial = Trial(byteLimit: 10_000)
        for index in 0..<100 { trial.cache.write([UInt8](repeating: 7, count: 952), ProgramCache.key(["\(index)"])) }
        let kept = (0..<100).count { trial.has(ProgramCache.key(["\($0)"])) }
        #expect(kept >= 8 && kept <= 13, "\(kept) entries of 1000 bytes")
    }

    /// Another process that trims is left to it.
    @Test func processesTakeTurns() throws {
        let trial = Trial(byteLimit: 1)
        let key = try trial.add("entry", ago: 1)
        let lock = open(trial.folder.path + "/trim.lock", O_RDWR | O_CREAT, 0o666)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        trial.cache.trim(now: Self.now)
        #expect(trial.has(key))
        close(lock)
        trial.cache.trim(now: Self.now)
        #expect(!trial.has(key))
    }

    /// Readers, writers and trimmers at once: what is read is whole, and what was written, if it is there.
    @Test func trimmingUnderUse() async throws {
        let trial = Trial(byteLimit: 20_000)
        let cache = trial.cache
        let isRight = await withTaskGroup(of: Bool.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var isRight = true
                    for round in 0..<100 {
                        let number = (round * 7 + worker * 13) % 40
                        let key = ProgramCache.key(["\(number)"])
                        let content = [UInt8](repeating: UInt8(number), count: 1000)
                        if let found = cache.read(key) { isRight = isRight && found == content }
                        cache.write(content, key)
                        cache.trim()
                    }
                    return isRight
                }
            }
            return await group.reduce(true) { $0 && $1 }
        }
        #expect(isRight)
        _ = trial
    }

    @Test func theEnvironmentSetsTheLimit() {
        #expect(ProgramCache(environment: [:]).byteLimit == 256 << 20)
        #expect(ProgramCache(environment: ["HONE_CACHE_MIB": "8"]).byteLimit == 8 << 20)
        for wrong in ["", "0", "-1", "many", "99999999999999"] {
            #expect(ProgramCache(environment: ["HONE_CACHE_MIB": wrong]).byteLimit == 256 << 20)
        }
    }

    /// A folder in an entry's place is replaced by the entry.
    @Test func aFolderInAnEntrysPlace() throws {
        let trial = Trial()
        let key = ProgramCache.key(["a"])
        let path = try #require(trial.cache.path(key))
        try FileManager.default.createDirectory(atPath: path + "/inside", withIntermediateDirectories: true)
        #expect(trial.cache.read(key) == nil)
        trial.cache.write([1, 2, 3], key)
        #expect(trial.cache.read(key) == [1, 2, 3])
    }
}
