import Tensors

/// Samples that are rows of NumPy arrays, one array for each input.
struct ArraySamples: SampleSource {
    let count: Int
    let labels: [Int]?
    private let columns: [(array: NumPyArray, preparation: ArrayPreparation)]

    /// Samples of a `.npy` file, for a model with one input.
    static func array(
        path: String, inputs: [InputRequirement], preprocessing: Preprocessing
    ) throws(HoneError) -> ArraySamples {
        guard inputs.count == 1 else {
            let names = inputs.map(\.name).joined(separator: ", ")
            throw HoneError(
                .invalidInput, "is one array, but the model has \(inputs.count) inputs",
                remedy: "save a .npz with the arrays \(names)", file: path)
        }
        return try ArraySamples([try NumPyFile.open(path: path)], inputs, preprocessing, labels: nil)
    }

    /// Samples of a `.npz` archive: arrays named as the inputs; for one input also `x`, or the only array.
    ///
    /// An array `y` or `labels` that is no input holds the labels.
    static func archive(
        path: String, inputs: [InputRequirement], preprocessing: Preprocessing
    ) throws(HoneError) -> ArraySamples {
        let archive = try NumPyArchive.open(path: path)
        let inputNames = inputs.map(\.name)
        let labelName = ["y", "labels"].first { archive.names.contains($0) && !inputNames.contains($0) }
        let others = archive.names.filter { $0 != labelName }
        let arrays = try inputs.map { input throws(HoneError) -> NumPyArray in
            if others.contains(input.name) { return try archive.array(input.name) }
            if inputs.count == 1 {
                if others.contains("x") { return try archive.array("x") }
                if others.count == 1 { return try archive.array(others[0]) }
            }
            throw HoneError(
                .invalidInput,
                "holds no array for input '\(input.name)'; it holds \(archive.names.joined(separator: ", "))",
                remedy: "name the arrays as the model's inputs", file: path)
        }
        let labels = try labelName.map { name throws(HoneError) in try Labels.read(archive.array(name)) }
        return try ArraySamples(arrays, inputs, preprocessing, labels: labels)
    }

    private init(
        _ arrays: [NumPyArray], _ inputs: [InputRequirement], _ preprocessing: Preprocessing, labels: [Int]?
    ) throws(HoneError) {
        var columns: [(array: NumPyArray, preparation: ArrayPreparation)] = []
        for (array, input) in zip(arrays, inputs) {
            guard let rows = array.shape.first else {
                throw HoneError(.invalidInput, "is a single number, not an array of samples", file: array.path)
            }
            guard rows > 0 else { throw HoneError(.invalidInput, "holds no samples", file: array.path) }
            guard rows == arrays.first?.shape.first else {
                let counts = arrays.compactMap(\.shape.first).map(String.init).joined(separator: ", ")
                throw HoneError(
                    .invalidInput, "the inputs' arrays have different numbers of samples: \(counts)", file: array.path)
            }
            let preparation = ArrayPreparation(
                input: input, preprocessing: preprocessing, normalisesAnyRank: inputs.count == 1)
            do throws(HoneError) {
                try preparation.check(arrayShape: array.shape)
            } catch {
                throw error.inFile(array.path)
            }
            columns.append((array, preparation))
        }
        self.columns = columns
        count = arrays.first?.shape.first ?? 0
        if let labels, labels.count != count {
            throw HoneError(.invalidInput, "\(labels.count) labels for \(count) samples", file: arrays.first?.path)
        }
        self.labels = labels
    }

    func batch(_ range: Range<Int>) throws(HoneError) -> [String: Tensor] {
        var feed: [String: Tensor] = [:]
        for (array, preparation) in columns {
            feed[preparation.input.name] = try preparation.prepare(try array.rows(range))
        }
        return feed
    }
}
