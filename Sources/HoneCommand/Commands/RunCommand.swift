import Datasets
import Files
import Foundation
import Hone
import Reporting

/// `hone run`: feeds a model, writes its outputs.
enum RunCommand: Command {
    static let specification = CommandSpecification(
        name: "run", summary: "Run a model on given inputs and write its outputs.", positional: ["MODEL"],
        options: [
            .list(
                "--input", "[NAME=]FILE", "an input: .npy, .npz, .pb (ONNX tensor) or an image; unnamed ones in order"),
            .value("--output", "Y.npy", "write the first output here"),
            .value("--output-dir", "DIR", "write every output here, with outputs.json naming them"),
            .value("--sets", "SETS.json", "run several input sets in one process instead of --input"),
            DeviceOption.device, DeviceOption.threads, DeviceOption.precision,
            .flag("--profile", "print the time of each step"),
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "Arrays and tensors are fed as they are; images, and arrays where an option of preprocessing is given, are "
                + "fed as (x / --div - --mean) / --std.",
            "SETS.json is [{\"inputs\": {\"NAME\": \"FILE\", ...}, \"outputDirectory\": \"DIR\"}, ...].",
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        let (device, threads) = (try DeviceOption.parse(arguments), try arguments.integer("--threads"))
        let precision = try DeviceOption.parsePrecision(arguments)
        let model = try Model(path: arguments.positional[0])
        let session = try model.session(on: device, threads: threads, precision: precision)
        let files = try InputFiles(model, arguments)
        guard arguments.has("--sets") || arguments.has("--input") || model.inputs.isEmpty else {
            let wanted = model.inputs.map { "\($0)" }.joined(separator: ", ")
            throw arguments.fail("the model needs --input for \(wanted)")
        }
        if let path = arguments.value("--sets") {
            guard arguments.values("--input").isEmpty else { throw arguments.fail("--sets replaces --input") }
            for set in try InputSet.read(path) {
                let feed = try files.feed(set.inputs.map { ($0.key, $0.value) })
                try write(try session.run(feed), of: model, toDirectory: set.outputDirectory)
            }
            return
        }
        let feed = try files.feed(try files.assign(arguments.values("--input"), arguments))
        let outputs: [String: Tensor]
        if arguments.has("--profile") {
            let profiled = try session.profile(feed)
            outputs = profiled.outputs
            print(arguments.has("--json") ? profiled.profile.json.serialized() : profiled.profile.table)
        } else {
            outputs = try session.run(feed)
        }
        if let path = arguments.value("--output"), let first = model.outputs.first, let tensor = outputs[first.name] {
            try NumPyFile.write(tensor, to: path)
        }
        if let directory = arguments.value("--output-dir") { try write(outputs, of: model, toDirectory: directory) }
        if !arguments.has("--profile") { describe(outputs, of: model, asJSON: arguments.has("--json")) }
    }

    private static func describe(_ outputs: [String: Tensor], of model: Model, asJSON: Bool) {
        let tensors = model.outputs.compactMap { output in outputs[output.name].map { (output.name, $0) } }
        if asJSON {
            let entries = tensors.map { name, tensor in
                JSONValue.object([
                    ("name", .string(name)), ("elementType", .string(tensor.elementType.description)),
                    ("shape", .array(tensor.shape.map { .integer($0) })),
                    ("values", .array(tensor.floats().prefix(10).map { .number(Double($0)) })),
                ])
            }
            print(JSONValue.object([("outputs", .array(entries))]).serialized())
            return
        }
        for (name, tensor) in tensors {
            let shown = tensor.floats().prefix(8).map { "\($0)" }.joined(separator: ", ")
            print("\(name): \(tensor.type)  \(shown)\(tensor.elementCount > 8 ? ", ..." : "")")
        }
    }

    private static func write(_ outputs: [String: Tensor], of model: Model, toDirectory directory: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw HoneError(.fileAccess, "cannot make the folder: \(error.localizedDescription)", file: directory)
        }
        var entries: [JSONValue] = []
        for (index, output) in model.outputs.enumerated() {
            guard let tensor = outputs[output.name] else { continue }
            // Names of values may hold any character; the number keeps two that look alike apart.
            let plain = output.name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }
            let file = "\(index)_\(String(plain).prefix(100)).npy"
            try NumPyFile.write(tensor, to: directory + "/" + file)
            entries.append(
                .object([
                    ("name", .string(output.name)), ("file", .string(file)),
                    ("elementType", .string(tensor.elementType.description)),
                    ("shape", .array(tensor.shape.map { .integer($0) })),
                ]))
        }
        try AtomicFile.write(JSONValue.array(entries).serialized() + "\n", to: directory + "/outputs.json")
    }
}
