import Datasets
import Hone
import ONNXFormat

/// The files that `--input` names, as feeds for a model's inputs.
enum InputFiles {
    /// Splits `NAME=FILE`; files without a name go to the inputs in order.
    static func assign(
        _ texts: [String], to model: Model, _ arguments: ParsedArguments
    ) throws -> [(name: String, path: String)] {
        let names = model.inputs.map(\.name)
        var unnamed = names.makeIterator()
        var files: [(name: String, path: String)] = []
        for text in texts {
            // An input's name may itself hold `=`: the longest name that fits wins.
            let fitting = names.filter { text.hasPrefix($0 + "=") }.max { $0.count < $1.count }
            if let name = fitting {
                files.append((name, String(text.dropFirst(name.count + 1))))
            } else if let name = unnamed.next() {
                files.append((name, text))
            } else {
                throw arguments.fail("the model has \(names.count) input(s), and no one is left for '\(text)'")
            }
        }
        return files
    }

    /// Reads the files.
    static func feed(_ files: [(name: String, path: String)], _ model: Model) throws -> [String: Tensor] {
        var feed: [String: Tensor] = [:]
        for (name, path) in files {
            guard let input = model.inputs.first(where: { $0.name == name }) ?? model.optionalInput(name) else {
                let known = model.inputs.map(\.name).joined(separator: ", ")
                throw HoneError(.invalidInput, "the model has no input '\(name)'; it has \(known)", file: path)
            }
            guard feed[name] == nil else { throw HoneError(.invalidOption, "input '\(name)' is given twice") }
            feed[name] = try read(path, for: input)
        }
        return feed
    }

    private static func read(_ path: String, for input: ModelValue) throws -> Tensor {
        switch path.split(separator: ".").last?.lowercased() {
        case "pb": return try TensorFile.readProtobuf(path: path).tensor
        default: return try NumPyArray(path: path).all()
        }
    }
}
