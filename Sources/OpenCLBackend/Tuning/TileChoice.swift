/// A way to cut a kernel's work: what tuning chooses among. No result depends on it.
protocol KernelTile: Hashable, Sendable {
    /// Says it all: another tile of the kernel has another name.
    var name: String { get }
}

/// What a tile is chosen for: a kernel, and all that the time of its tiles depends on.
package struct TileProblem: Sendable, Hashable {
    /// The kernel, with its core where it has several.
    package let kernel: String
    /// Sizes, strides, how sparse the weights are, what else the kernel does.
    package let shape: String

    package init(kernel: String, shape: String) {
        self.kernel = kernel
        self.shape = shape
    }
}

/// Where the launches of a plan get their tiles from: presets; tuned ones in their stead; or, in a search, what it tries.
package final class TileChoice {
    /// A tile that was asked for.
    package struct Answer: Sendable {
        package let problem: TileProblem
        /// Names of tiles: what runs without tuning, all that may run, and what does.
        package let preset: String
        package let candidates: [String]
        package let chosen: String
    }

    private let tuned: TunedTiles
    private let isNoting: Bool
    private let trial: (problem: TileProblem, tile: String)?
    private var answers: [Answer] = []

    /// - Parameter tuned: what to use instead of presets.
    package init(_ tuned: TunedTiles = TunedTiles()) {
        self.tuned = tuned
        isNoting = !tuned.isEmpty
        trial = nil
    }

    /// Presets, but for one problem.
    ///
    /// - Parameter trial: a problem and the name of the tile that it gets; nil to note presets alone.
    init(trying trial: (problem: TileProblem, tile: String)?) {
        tuned = TunedTiles()
        isNoting = true
        self.trial = trial
    }

    /// The tile to use: one of the candidates whatever a file says, or the preset.
    ///
    /// - Parameters:
    ///   - problem: computed only where there may be a tile for it, as the other two are.
    ///   - candidates: all tiles that are legal for the problem on the device.
    func tile<Kind: KernelTile>(
        for problem: @autoclosure () -> TileProblem, preset: Kind, among candidates: @autoclosure () -> [Kind]
    ) -> Kind {
        guard isNoting else { return preset }
        let (problem, candidates) = (problem(), candidates())
        var wanted = tuned.tile(for: problem, insteadOf: preset.name)
        if let trial, trial.problem == problem { wanted = trial.tile }
        let chosen = candidates.first { $0.name == wanted } ?? preset
        // The preset comes first, whether or not it is among the others.
        let names = [preset.name] + candidates.filter { $0 != preset }.map(\.name)
        answers.append(Answer(problem: problem, preset: preset.name, candidates: names, chosen: chosen.name))
        return chosen
    }

    /// What was asked for since the last call; nothing where there are only presets.
    package func takeAnswers() -> [Answer] {
        defer { answers = [] }
        return answers
    }
}

extension Int {
    /// The number with all but its five leading bits 0: problems whose weights are about as sparse are one problem.
    var roundedForTuning: Int {
        let low = Swift.max(0, Int.bitWidth - leadingZeroBitCount - 5)
        return (self >> low) << low
    }
}
