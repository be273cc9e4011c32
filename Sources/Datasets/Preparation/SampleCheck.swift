import Tensors

extension InputRequirement {
    /// Checks one prepared sample's shape, without the batch axis.
    ///
    /// - Throws: `.invalidInput` with the option that would help, where there is one.
    func check(sampleShape: [Int], _ preprocessing: Preprocessing) throws(HoneError) {
        guard !fits(sampleShape: sampleShape) else { return }
        let found = "[\(sampleShape.map(String.init).joined(separator: ", "))]"
        throw HoneError(
            .invalidInput, "samples have shape \(found), but input '\(name)' is \(description)",
            remedy: remedy(sampleShape, preprocessing))
    }

    private func remedy(_ sample: [Int], _ preprocessing: Preprocessing) -> String? {
        guard let shape else { return nil }
        guard shape.count == 4, sample.count == 3 else {
            return "reshape the array to one sample per row with the model's dimensions"
        }
        let other: (Preprocessing.Layout) -> Preprocessing.Layout = { $0 == .nhwc ? .nchw : .nhwc }
        // The sample's axes before they were moved, and as the other model layout would have them.
        let source = moved(sample, from: preprocessing.modelLayout, to: preprocessing.layout)
        let asOtherData = moved(source, from: other(preprocessing.layout), to: preprocessing.modelLayout)
        if fits(sampleShape: asOtherData) {
            return
                "the data looks \(other(preprocessing.layout).rawValue): --layout \(other(preprocessing.layout).rawValue)"
        }
        let asOtherModel = moved(sample, from: preprocessing.modelLayout, to: other(preprocessing.modelLayout))
        if fits(sampleShape: asOtherModel) {
            let layout = other(preprocessing.modelLayout).rawValue
            return "the model looks \(layout): set \"modelLayout\": \"\(layout)\" in the preprocessing"
        }
        let axes =
            preprocessing.modelLayout == .nchw ? (channel: 1, row: 2, column: 3) : (channel: 3, row: 1, column: 2)
        if let channels = shape[axes.channel], channels != sample[axes.channel - 1] {
            return "the model wants \(channels) channels, the data has \(sample[axes.channel - 1])"
        }
        guard let height = shape[axes.row], let width = shape[axes.column] else { return nil }
        return "resize with --resize \(width)x\(height), or --resize \(max(width, height)) --crop \(width)x\(height)"
    }

    private func moved(
        _ sample: [Int], from: Preprocessing.Layout, to: Preprocessing.Layout
    ) -> [Int] {
        switch (from, to) {
        case (.nhwc, .nchw): [sample[2], sample[0], sample[1]]
        case (.nchw, .nhwc): [sample[1], sample[2], sample[0]]
        default: sample
        }
    }
}
