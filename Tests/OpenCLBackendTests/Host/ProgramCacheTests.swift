import Foundation
import Testing

@testable import OpenCLBackend

@Suite struct ProgramCacheTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "hone-cache-\(UUID().uuidString)")
    private var cache: ProgramCache { ProgramCache(folder: folder.path) }
    private let content = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }

    @Test func givesBackWhatItGot() {
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = ProgramCache.key(["a", "b"])
        #expect(cache.read(key) == nil)
        cache.write(content, key)
        #expect(cache.read(key) == content)
        #expect(cache.read(ProgramCache.key(["ab", ""])) == nil)
    }

    /// Each byte of the header, and some of the content; too short; too long; empty.
    @Test func brokenFilesAreAbsent() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = ProgramCache.key(["broken"])
        let path = try #require(cache.path(key))
        cache.write(content, key)
        let whole = try Data(contentsOf: URL(filePath: path))
        for position in Array(0..<60) + [whole.count - 1] {
            var broken = whole
            broken[position] ^= 1
            try broken.write(to: URL(filePath: path))
            #expect(cache.read(key) == nil, "byte \(position)")
        }
        for count in [0, 7, 47, 48, whole.count - 1] {
            try whole.prefix(count).write(to: URL(filePath: path))
            #expect(cache.read(key) == nil, "\(count) bytes")
        }
        try (whole + [0]).write(to: URL(filePath: path))
        #expect(cache.read(key) == nil)
        cache.write(content, key)
        #expect(cache.read(key) == content)
    }

    @Test func theEnvironmentNamesTheFolder() {
        #expect(ProgramCache(environment: ["HONE_CACHE": "/a"]).folder == "/a")
        #expect(ProgramCache(environment: ["HONE_CACHE": "", "HOME": "/h"]).folder == nil)
        #expect(ProgramCache(environment: ["HONE_CACHE": "off", "HOME": "/h"]).folder == nil)
        #expect(ProgramCache(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"]).folder == "/c/hone")
        #expect(ProgramCache(environment: ["HOME": "/h"]).folder == "/h/.cache/hone")
        #expect(ProgramCache(environment: [:]).folder == nil)
    }

    /// A folder that cannot be made is no error.
    @Test func nothingIsKeptWhereNothingCanBeWritten() {
        let cache = ProgramCache(folder: "/dev/null/cache")
        cache.write(content, "key")
        #expect(cache.read("key") == nil)
    }
}
