import CImageCodecs
import Files
import Foundation
import Synchronization
import Tensors

/// Bytes that are read in pieces, wherever they come from.
protocol ByteSource: Sendable {
    var size: Int { get }
    /// Fills `destination` from the bytes at `offset`.
    func read(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(HoneError)
}

extension ByteSource {
    func bytes(at offset: Int, count: Int) throws(HoneError) -> [UInt8] {
        guard offset >= 0, count >= 0, count <= size, offset <= size - count else {
            throw HoneError(.malformedFile, "ends early: \(count) bytes wanted at \(offset) of \(size)")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: HoneError?
        // Typed throws do not pass through `Array.withUnsafeMutableBytes`.
        bytes.withUnsafeMutableBytes { buffer in
            do throws(HoneError) { try read(at: offset, into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// A run of bytes of a file: the whole file, or a stored member of an archive.
final class FileRegion: ByteSource {
    private let file: InputFile
    private let start: Int
    let size: Int

    /// The whole file.
    init(path: String) throws(HoneError) {
        file = try InputFile(path: path)
        start = 0
        size = file.size
    }

    /// - Throws: `.malformedFile` if the file does not reach that far.
    init(path: String, start: Int, size: Int) throws(HoneError) {
        file = try InputFile(path: path)
        guard start >= 0, size >= 0, size <= file.size, start <= file.size - size else {
            throw HoneError(.malformedFile, "ends before the \(size) bytes at \(start)")
        }
        self.start = start
        self.size = size
    }

    func read(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(HoneError) {
        precondition(offset >= 0 && destination.count <= size && offset <= size - destination.count)
        try file.read(at: start + offset, into: destination)
    }
}

/// A deflated member of an archive.
///
/// Reading forward, as batches do, inflates each byte once; reading backward starts again from the beginning. Memory
/// stays at one window, whatever the member's size.
final class InflatedRegion: ByteSource {
    let size: Int
    private let compressed: FileRegion
    private let checksum: UInt32
    private let state: Mutex<State>

    private struct State {
        var inflater: Inflater?
        var position = 0
        var compressedPosition = 0
        var pending: ArraySlice<UInt8> = []
        var hasEnded = false
    }

    /// - Parameters:
    ///   - size: the inflated size, as the archive declares it.
    ///   - checksum: the CRC-32 of the inflated bytes.
    init(_ compressed: FileRegion, size: Int, checksum: UInt32) {
        self.compressed = compressed
        self.size = size
        self.checksum = checksum
        state = Mutex(State())
    }

    func read(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(HoneError) {
        precondition(offset >= 0 && destination.count <= size && offset <= size - destination.count)
        guard !destination.isEmpty else { return }
        // The closure of `withLock` may not capture the inout parameter's memory as `Sendable`; an address may cross.
        let target = UInt(bitPattern: destination.baseAddress)
        let count = destination.count
        try state.withLock { state throws(HoneError) in
            let destination = UnsafeMutableRawBufferPointer(
                start: UnsafeMutableRawPointer(bitPattern: target), count: count)
            if state.inflater == nil || offset < state.position {
                state = State()
                state.inflater = try Inflater()
            }
            var scratch = [UInt8](repeating: 0, count: min(offset - state.position, 1 << 16))
            while state.position < offset {
                let step = min(offset - state.position, scratch.count)
                var failure: HoneError?
                scratch.withUnsafeMutableBytes { buffer in
                    let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<step])
                    do throws(HoneError) { try inflate(&state, into: piece) } catch { failure = error }
                }
                if let failure { throw failure }
            }
            try inflate(&state, into: destination)
        }
    }

    private func inflate(_ state: inout State, into destination: UnsafeMutableRawBufferPointer) throws(HoneError) {
        var done = 0
        while done < destination.count {
            let count = min(destination.count - done, 1 << 30)
            let piece = UnsafeMutableRawBufferPointer(rebasing: destination[done..<(done + count)])
            let produced = try step(&state, into: piece)
            done += produced
            state.position += produced
        }
        if state.position == size { try finish(&state) }
    }

    /// At the end: the stream has to end too, and its checksum has to fit.
    private func finish(_ state: inout State) throws(HoneError) {
        var spare: UInt8 = 0
        while !state.hasEnded {
            let produced = try withUnsafeMutableBytes(of: &spare) { buffer throws(HoneError) in
                try step(&state, into: buffer)
            }
            guard produced == 0 else {
                throw HoneError(.malformedFile, "inflates to more than the \(size) bytes that the archive declares")
            }
        }
        guard let inflater = state.inflater, inflater.checksum == checksum else {
            throw HoneError(.malformedFile, "the checksum of a compressed array does not fit: the archive is damaged")
        }
    }

    private func step(_ state: inout State, into piece: UnsafeMutableRawBufferPointer) throws(HoneError) -> Int {
        guard let inflater = state.inflater, !state.hasEnded else {
            throw HoneError(.malformedFile, "inflates to fewer than the \(size) bytes that the archive declares")
        }
        if state.pending.isEmpty {
            let count = min(compressed.size - state.compressedPosition, 1 << 16)
            state.pending = try compressed.bytes(at: state.compressedPosition, count: count)[...]
            state.compressedPosition += count
        }
        let (consumed, produced, hasEnded) = try inflater.step(state.pending, into: piece)
        state.pending = state.pending.dropFirst(consumed)
        state.hasEnded = hasEnded
        let isExhausted = state.pending.isEmpty && state.compressedPosition == compressed.size
        guard hasEnded || consumed > 0 || produced > 0 || !isExhausted else {
            throw HoneError(.malformedFile, "a compressed array ends early")
        }
        return produced
    }
}

/// One pass over a raw deflate stream.
///
/// `@unchecked Sendable`: used under the lock of the region that owns it alone.
private final class Inflater: @unchecked Sendable {
    private let handle: OpaquePointer

    init() throws(HoneError) {
        guard let handle = hone_inflater_create() else { throw HoneError(.outOfMemory, "no memory to inflate with") }
        self.handle = handle
    }

    deinit { hone_inflater_destroy(handle) }

    var checksum: UInt32 { hone_inflater_crc32(handle) }

    func step(
        _ input: ArraySlice<UInt8>, into output: UnsafeMutableRawBufferPointer
    ) throws(HoneError) -> (consumed: Int, produced: Int, hasEnded: Bool) {
        var consumed = 0
        var produced = 0
        let target = output.assumingMemoryBound(to: UInt8.self)
        let status = input.withUnsafeBufferPointer { source in
            hone_inflate(
                handle, source.baseAddress, source.count, &consumed, target.baseAddress, target.count, &produced)
        }
        switch UInt32(bitPattern: status) {
        case HONE_INFLATE_MORE.rawValue: return (consumed, produced, false)
        case HONE_INFLATE_END.rawValue: return (consumed, produced, true)
        case HONE_INFLATE_NO_MEMORY.rawValue: throw HoneError(.outOfMemory, "no memory to inflate with")
        default: throw HoneError(.malformedFile, "a compressed array is damaged")
        }
    }
}
