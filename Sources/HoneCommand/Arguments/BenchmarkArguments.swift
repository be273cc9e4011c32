import Foundation
import Hone

/// What the options of `hone benchmark` ask for.
struct BenchmarkArguments {
    let devices: [Device]
    let threads: [Int]
    /// nil if none are given.
    let batches: [Int]?
    let isa: String?
    let sparsity: Double?
    let precision: FloatPrecision
    var settings = BenchmarkSettings()

    /// - Throws: `UsageError` for an option without meaning.
    init(_ arguments: ParsedArguments) throws {
        devices = try BenchmarkArguments.devices(arguments)
        threads = try arguments.integers("--threads") ?? [ProcessInfo.processInfo.activeProcessorCount]
        batches = try arguments.integers("--batch")
        isa = arguments.value("--isa")
        precision = try DeviceOption.parsePrecision(arguments)
        sparsity = try arguments.number("--sparsity")
        if let sparsity, !(0...1).contains(sparsity) {
            throw arguments.fail("option --sparsity needs a number from 0 to 1, not '\(sparsity)'")
        }
        if let isa {
            do throws(HoneError) {
                try BenchmarkConfiguration.checkInstructionSet(isa)
            } catch {
                throw arguments.fail("option --isa: \(error)")
            }
        }
        guard !arguments.has("--runs") || !arguments.has("--seconds") else {
            throw arguments.fail("give --runs or --seconds, not both")
        }
        settings.runs = try arguments.integer("--runs")
        if let seconds = try arguments.number("--seconds") {
            guard seconds > 0 else { throw arguments.fail("option --seconds needs a number above 0, not '\(seconds)'") }
            settings.seconds = seconds
        }
        settings.shapes = try ShapeOptions.parse(arguments)
    }

    /// The model with the share of blocks zero that was asked for.
    func sparse(_ model: Model, afterFirst: Bool = true) throws(HoneError) -> Model {
        guard let sparsity else { return model }
        return try model.zeroingBlocks(sparsity, afterFirst: afterFirst)
    }

    /// Every device with every number of threads; the instruction set is for the cpu device alone.
    func configurations(batch: Int) -> [BenchmarkConfiguration] {
        devices.flatMap { device in
            threads.map { threads in
                BenchmarkConfiguration(
                    device: device, isa: device == .cpu ? isa : nil, threads: threads, batch: batch,
                    precision: precision)
            }
        }
    }

    private static func devices(_ arguments: ParsedArguments) throws(UsageError) -> [Device] {
        var devices: [Device] = []
        for spelling in (arguments.value("--device") ?? "auto").split(separator: ",", omittingEmptySubsequences: false)
        {
            do throws(HoneError) {
                let device = try Device(String(spelling))
                devices.append(device == .automatic ? Device.chosenAutomatically() : device)
            } catch {
                throw arguments.fail("option --device: \(error)")
            }
        }
        return devices
    }
}

extension ParsedArguments {
    /// Whole numbers of at least 1, separated by commas.
    func integers(_ option: String) throws(UsageError) -> [Int]? {
        guard let text = value(option) else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let numbers = parts.compactMap { $0 }.filter { $0 >= 1 && $0 <= 1 << 20 }
        guard numbers.count == parts.count else {
            throw fail("option \(option) needs whole numbers from 1 separated by commas, not '\(text)'")
        }
        return numbers
    }
}
