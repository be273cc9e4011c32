import Foundation
import Testing

/// Exit status, where messages go, and what they say.
@Suite struct CommandLineTests {
    private static let commands = [
        "inspect", "run", "evaluate", "prune", "quantize", "verify", "benchmark", "tune", "devices",
    ]

    @Test(arguments: [[], ["--help"], ["help"], ["-h"]])
    func overview(arguments: [String]) throws {
        let answer = try HoneProcess.run(arguments)
        #expect(answer.status == 0 && answer.errors.isEmpty)
        for command in Self.commands { #expect(answer.output.contains("\n  \(command) ")) }
    }

    @Test(arguments: commands)
    func helpOfACommand(command: String) throws {
        let answer = try HoneProcess.run(command, "--help")
        #expect(answer.status == 0 && answer.output.contains("Usage: hone \(command)"))
        #expect(answer.output.contains("--json"))
        #expect(try HoneProcess.run("help", command).output == answer.output)
    }

    @Test func version() throws {
        #expect(try HoneProcess.run("--version").output.hasPrefix("hone 0."))
    }

    /// Every wrong command line: status 2, the mistake first, nothing on standard output.
    @Test(arguments: [
        (["inspct"], "did you mean inspect?"),
        (["inspect"], "expected one MODEL, got nothing"),
        (["inspect", "a", "b"], "got 'a', 'b'"),
        (["devices", "a"], "expected no arguments"),
        (["inspect", "a", "--shap", "x=1"], "did you mean --shape?"),
        (["inspect", "a", "--zzzzzzz"], "unknown option --zzzzzzz"),
        (["inspect", "a", "--json=yes"], "takes no value"),
        (["inspect", Example.model, "--shape", "input=1xax8"], "whole numbers"),
        (["inspect", "a", "--precision", "tf32"], "--precision needs --plan"),
        (["run", "a", "--precision", "int8"], "one of float32, tf32, float16"),
        (["quantize", "a", "--precision", "tf32"], "calibration computes float32 only"),
        (["verify", "a", "--precision", "tf32"], "the same bits on every device"),
        (["benchmark", "gemm", "--precision", "tf32"], "needs --no-verify"),
        (["inspect", "a", "--device", "reference"], "--device needs --plan"),
        (["run", Example.model], "input: float[N, 1, 8, 8]"),
        (["run", Example.model, "--input"], "needs a value"),
        (["run", Example.model, "--threads", "0", "--input", "x"], "from 1 to"),
        (["run", Example.model, "--threads", "two", "--input", "x"], "not 'two'"),
        (["run", Example.model, "--device", "gpu", "--input", "x"], "use auto, reference, cpu or opencl"),
        (["evaluate", "a"], "--data is required"),
        (["evaluate", "a", "--data", "b", "--data", "c"], "given twice"),
        (["evaluate", "a", "--data", "b", "--div", "nan"], "needs a number"),
        (["evaluate", "a", "--data", "b", "--mean", "1,,2"], "separated by commas"),
        (["evaluate", "a", "--data", "b", "--layout", "NCWH"], "NHWC, NCHW"),
        (["evaluate", "a", "--data", "b", "--verify", "reference"], "--verify needs two executions"),
        (["evaluate", Example.model, "--data", Example.images, "--limit", "99999999999999999999"], "--limit"),
        (["evaluate", Example.model, "--data", Example.images, "--div", "16", "--top", "1"], "--top needs --labels"),
        (["quantize", Example.model, "--data", "b"], "-o is required"),
        (["quantize", Example.model, "--data", "b", "-o", Example.model], "-o is the model itself"),
        (["quantize", Example.model, "--data", "b", "-o", "c", "--method", "best"], "mse, minmax, percentile"),
        (["quantize", Example.model, "--data", "b", "-o", "c", "--percentile", "99"], "--method percentile"),
        (["prune", "a", "-o", "b"], "give one of --sparsity, --layers, --macs and --speedup, not none"),
        (["prune", "a", "-o", "b", "--sparsity", "0.5", "--speedup", "2"], "not --sparsity and --speedup"),
        (["prune", "a", "-o", "b", "--sparsity", "50"], "a share from 0 to less than 1, such as 0.5, not 50.0"),
        (["prune", "a", "-o", "b", "--sparsity", "0.5"], "pruning needs --data"),
        (["prune", "a", "-o", "b", "--sparsity", "0.5", "--schedule", "linear"], "constant, polynomial, not 'linear'"),
        (["prune", "a", "-o", "b", "--sparsity", "0.5", "--steps", "101"], "--steps takes 1 to 100"),
        (["prune", "a", "-o", "b", "--layers", "c"], "--layers takes GLOB=S"),
        (["prune", "a", "-o", "b", "--macs", "0.5"], "--macs needs --pattern channel"),
        (["prune", "a", "-o", "b", "--speedup", "2", "--uniform"], "--uniform goes with --sparsity"),
        (["verify", Example.model], "--device is required"),
        (["verify", Example.model, "--device", "reference,reference:odd"], "'reference:odd' is no device"),
    ])
    func wrongCommandLines(arguments: [String], says: String) throws {
        let answer = try HoneProcess.run(arguments)
        #expect(answer.status == 2 && answer.output.isEmpty)
        #expect(answer.complaint.count == 1 && answer.errors.contains(says), "\(answer.errors)")
        #expect(answer.errors.hasPrefix("hone: ") && answer.errors.contains("--help'"))
    }

    /// Every other failure: status 1 and one line.
    @Test(arguments: [
        (["inspect", "/nonexistent/a.onnx"], "/nonexistent/a.onnx: cannot open"),
        (["inspect", "Sources"], "Sources: is not a regular file"),
        (["inspect", "README.md"], "no ONNX model"),
        (["inspect", Example.model, "--shape", "picture=1x1x8x8"], "no input 'picture'; it has 'input'"),
        (["inspect", Example.model, "--plan", "--shape", "input=99999999x1x8x8"], "memory"),
        (
            ["inspect", Example.model, "--plan", "--device", "opencl:4321"],
            "opencl:4321"
        ),
        (["run", Example.model, "--input", "picture=x.npy"], "no input 'picture'; it has 'input'"),
        (["run", Example.model, "--input", Example.images], "holds uint8, but input 'input' wants float (an option"),
        (["run", Example.model, "--div", "16", "--layout", "NCHW", "--input", Example.images], "looks NHWC"),
        (["run", Example.model, "--div", "16", "--mean", "1,2,3", "--input", Example.images], "3 channels"),
        (
            ["run", Example.model, "--div", "16", "--input", Example.images, "--output", "/nonexistent/y.npy"],
            "cannot write"
        ),
        (["run", Example.model, "--sets", Example.preprocessing[1]], "not a list of input sets (write [{"),
        (["evaluate", Example.model, "--data", "Sources"], "Sources: holds no samples"),
        (
            ["evaluate", Example.model, "--data", Example.images, "--labels", "Examples/digits/train_y.npy"],
            "1297 labels"
        ),
        (
            ["evaluate", Example.model, "--data", Example.images, "--preprocess", "/nonexistent.json"],
            "/nonexistent.json"
        ),
    ])
    func failures(arguments: [String], says: String) throws {
        let answer = try HoneProcess.run(arguments)
        #expect(answer.status == 1 && answer.output.isEmpty)
        #expect(answer.errors.split(separator: "\n").count == 1 && answer.errors.hasPrefix("hone: error: "))
        #expect(answer.errors.contains(says), "\(answer.errors)")
    }

    @Test func malformedModels() throws {
        let folder = try TemporaryFolder()
        let file = [UInt8](try Data(contentsOf: HoneProcess.root.appending(path: Example.model)))
        for (name, bytes) in [
            ("empty", []), ("half", Array(file.prefix(file.count / 2))), ("noise", [UInt8](repeating: 255, count: 999)),
        ] {
            let answer = try HoneProcess.run("inspect", try folder.write(bytes, "\(name).onnx"))
            #expect(answer.status == 1 && answer.output.isEmpty)
            #expect(answer.errors.split(separator: "\n").count == 1 && answer.errors.contains("\(name).onnx"))
        }
    }

    /// A name from a file cannot send commands to the terminal.
    @Test func controlCharactersAreEscaped() throws {
        let answer = try HoneProcess.run("inspect", "/nonexistent/\u{1B}[31m\n.onnx")
        #expect(answer.status == 1 && !answer.errors.contains("\u{1B}"))
        #expect(answer.errors.split(separator: "\n").count == 1)
    }
}
