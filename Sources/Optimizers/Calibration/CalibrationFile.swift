import Files
import Foundation
import Reporting
import Tensors

/// A calibration record as a file: JSON, so that other programs can read it, the same bytes for equal records.
///
/// Histograms list the counts from the first bin that is not empty to the last one. Sums are exact: 96 hexadecimal digits in
/// two's complement, in units of 2^-149.
package enum CalibrationFile {
    /// What the file says it is.
    static let format = "hone calibration record"
    /// Raised when the meaning of a file changes.
    static let version = 1
    /// No record of any model is larger.
    private static let byteLimit = 1 << 30

    /// Writes a record, whole or not at all.
    ///
    /// - Throws: `.fileAccess`.
    package static func write(_ record: CalibrationRecord, to path: String) throws(HoneError) {
        try AtomicFile.write(text(of: record), to: path)
    }

    /// What a record's file holds.
    package static func text(of record: CalibrationRecord) -> String { record.json.serialized() + "\n" }

    /// Reads a record.
    ///
    /// - Throws: `.fileAccess`; `.malformedFile` for anything but a record that data can lead to.
    package static func read(path: String) throws(HoneError) -> CalibrationRecord {
        do throws(HoneError) {
            let file = try InputFile(path: path)
            guard file.size <= byteLimit else { throw malformed("is larger than any record") }
            return try decode(file.prefix(file.size))
        } catch {
            throw error.inFile(path)
        }
    }

    /// Reads a record's text.
    ///
    /// - Throws: `.malformedFile` for anything but a record that data can lead to.
    package static func decode(_ bytes: [UInt8]) throws(HoneError) -> CalibrationRecord {
        let document: CalibrationDocument
        do {
            document = try JSONDecoder().decode(CalibrationDocument.self, from: Data(bytes))
        } catch {
            throw malformed("is no calibration record: \(CalibrationFile.reason(error))")
        }
        return try document.record()
    }

    static func malformed(_ message: String) -> HoneError {
        HoneError(.malformedFile, message, remedy: "'hone calibrate MODEL --data D -o FILE.cal' writes one")
    }

    private static func reason(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch error as? DecodingError {
        case .keyNotFound(let key, let context):
            return "'\(key.stringValue)' is missing" + (context.codingPath.isEmpty ? "" : " in \(place(context))")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "it is not JSON" : "\(place(context)) is not what it should be"
        default: return "it is not JSON"
        }
    }
}

/// The file as it stands.
private struct CalibrationDocument: Decodable {
    struct Value: Decodable {
        let minimum: Float?
        let maximum: Float?
        let samples: UInt64
        let zeros: UInt64
        let nan: UInt64
        let positiveInfinity: UInt64
        let negativeInfinity: UInt64
        let sumOfMinima: String
        let sumOfMaxima: String
        let exponent: Int
        let firstBin: Int
        let counts: [UInt64]
    }

    let format: String
    let version: Int
    let model: String
    let samples: UInt64
    let data: String
    let values: [String: Value]

    func record() throws(HoneError) -> CalibrationRecord {
        guard format == CalibrationFile.format else { throw CalibrationFile.malformed("is no calibration record") }
        guard version == CalibrationFile.version else {
            throw CalibrationFile.malformed(
                "is a record of version \(version); this program reads version \(CalibrationFile.version)")
        }
        guard let model = UInt64(model, radix: 16), let data = UInt64(data, radix: 16),
            samples <= Histogram.maximumCount
        else { throw CalibrationFile.malformed("has fingerprints or a number of samples that no record has") }
        var statistics: [String: TensorStatistics] = [:]
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let read = value.statistics else {
                throw CalibrationFile.malformed("says of value '\(name)' what cannot be")
            }
            statistics[name] = read
        }
        return CalibrationRecord(model: model, sampleCount: samples, data: data, statistics: statistics)
    }
}

extension CalibrationDocument.Value {
    var statistics: TensorStatistics? {
        // One record has one text: no empty bins at the ends.
        guard firstBin >= 0, counts.count <= Histogram.binCount, firstBin <= Histogram.binCount - counts.count,
            counts.isEmpty ? firstBin == 0 : counts.first != 0 && counts.last != 0,
            let minima = ExactSum(hexadecimal: sumOfMinima), let maxima = ExactSum(hexadecimal: sumOfMaxima)
        else { return nil }
        var bins = [UInt64](repeating: 0, count: Histogram.binCount)
        bins.replaceSubrange(firstBin..<(firstBin + counts.count), with: counts)
        var extremes: ClosedRange<Float>?
        switch (minimum, maximum) {
        case (let low?, let high?):
            guard low <= high else { return nil }
            extremes = low...high
        case (nil, nil): break
        default: return nil
        }
        guard let histogram = Histogram(exponent: exponent, counts: bins, zeroCount: zeros) else { return nil }
        return TensorStatistics(
            extremes: extremes, histogram: histogram, nanCount: nan, positiveInfinityCount: positiveInfinity,
            negativeInfinityCount: negativeInfinity, sampleCount: samples, sumOfMinima: minima, sumOfMaxima: maxima)
    }
}

extension CalibrationRecord {
    /// The document of the record.
    package var json: JSONValue {
        let values = statistics.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.json) }
        return [
            "format": .string(CalibrationFile.format), "version": .integer(CalibrationFile.version),
            "model": .string(String(model, radix: 16)), "samples": .integer(Int(sampleCount)),
            "data": .string(String(data, radix: 16)), "values": .object(values),
        ]
    }
}

extension TensorStatistics {
    fileprivate var json: JSONValue {
        let counts = histogram.counts
        let first = counts.firstIndex { $0 > 0 } ?? 0
        let last = counts.lastIndex { $0 > 0 } ?? -1
        return [
            "minimum": extremes.map { .float32($0.lowerBound) } ?? .null,
            "maximum": extremes.map { .float32($0.upperBound) } ?? .null,
            "samples": .integer(Int(sampleCount)), "zeros": .integer(Int(zeroCount)), "nan": .integer(Int(nanCount)),
            "positiveInfinity": .integer(Int(positiveInfinityCount)),
            "negativeInfinity": .integer(Int(negativeInfinityCount)), "sumOfMinima": .string(sumOfMinima.hexadecimal),
            "sumOfMaxima": .string(sumOfMaxima.hexadecimal), "exponent": .integer(histogram.exponent),
            "firstBin": .integer(first),
            "counts": .array(first <= last ? counts[first...last].map { .integer(Int($0)) } : []),
        ]
    }
}
