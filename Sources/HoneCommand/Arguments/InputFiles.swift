import Datasets
import Foundation
import Hone
import ONNXFormat

/// The files that `--input` names, as feeds for a model's inputs.
struct InputFiles {
    let model: Model
    let preprocessing: Preprocessing
    /// Whether arrays are preprocessed too; images always are.
    let preparesArrays: Bool

    init(_ model: Model, _ arguments: ParsedArguments) throws {
        self.model = model
        preprocessing = try DataOptions.parsePreprocessing(arguments)
        preparesArrays = DataOptions.arePreprocessing(arguments)
    }

    /// Splits `NAME=FILE`; files without a name go to the inputs in order.
    func assign(_ texts: [String], _ arguments: ParsedArguments) throws -> [(name: String, path: String)] {
        let names = model.inputs.map(\.name)
        var unnamed = names.makeIterator()
        var files: [(name: String, path: String)] = []
        for text in texts {
            // An input's name may itself hold `=`: the longest name that fits wins.
            let fitting = model.inputNames.filter { text.hasPrefix($0 + "=") }.max { $0.count < $1.count }
            if let name = fitting {
                files.append((name, String(text.dropFirst(name.count + 1))))
            } else if let equals = text.firstIndex(of: "="), !FileManager.default.fileExists(atPath: text) {
                let known = model.inputNames.map { "'\($0)'" }.joined(separator: ", ")
                throw HoneError(.invalidOption, "the model has no input '\(text[..<equals])'; it has \(known)")
            } else if let name = unnamed.next() {
                files.append((name, text))
            } else {
                throw arguments.fail("the model has \(names.count) input(s), and none is left for '\(text)'")
            }
        }
        return files
    }

    /// Reads the files.
    func feed(_ files: [(name: String, path: String)]) throws -> [String: Tensor] {
        var feed: [String: Tensor] = [:]
        for (name, path) in files {
            guard let input = model.input(named: name) else {
                let known = model.inputNames.map { "'\($0)'" }.joined(separator: ", ")
                throw HoneError(.invalidInput, "the model has no input '\(name)'; it has \(known)", file: path)
            }
            guard feed[name] == nil else { throw HoneError(.invalidOption, "input '\(name)' is given twice") }
            feed[name] = try read(path, for: input)
        }
        return feed
    }

    private func read(_ path: String, for input: ModelValue) throws -> Tensor {
        switch path.split(separator: ".").last?.lowercased() {
        case "pb": return try TensorFile.readProtobuf(path: path).tensor
        case "npy" where !preparesArrays:
            let tensor = try NumPyFile.open(path: path).whole()
            if let wanted = input.elementType, wanted != tensor.elementType {
                throw HoneError(
                    .invalidInput, "holds \(tensor.elementType), but input '\(input.name)' wants \(wanted)",
                    remedy: wanted.isFloatingPoint
                        ? "an option of preprocessing, such as --div 255, converts images" : "save it as \(wanted)",
                    file: path)
            }
            return tensor
        default:
            let dataset = try Dataset.open(
                path: path, inputs: [DataOptions.requirement(input)], preprocessing: preprocessing)
            guard let tensor = try dataset.batch(0..<dataset.count)[input.name] else {
                throw HoneError(.invalidInput, "has nothing for input '\(input.name)'", file: path)
            }
            return tensor
        }
    }
}
