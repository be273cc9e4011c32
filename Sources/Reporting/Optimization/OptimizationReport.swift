/// What `hone optimize` did to a model and what came of it: everything that `report.json` and `report.html` say.
///
/// Plain values: whoever measured fills them in. What was not measured is nil or empty, and the page says so.
package struct OptimizationReport: Sendable {
    /// What the report is about, for instance the model's file name without its folder.
    package var title: String
    package var provenance: Provenance
    /// The original first, then what was made from it.
    package var candidates: [Candidate]
    /// The position in `candidates` of the model that the command recommends; the headline holds it against the first.
    package var chosen: Int
    /// Why; nil where there was nothing to choose from.
    package var choice: Choice?
    /// The position of the dense int8 model, against which pruned ones are held; nil without pruned ones.
    package var dense: Int?
    /// Every node of the float model, in its order.
    package var layers: [Layer] = []
    /// Where the times of `layers` come from, for instance `cpu, 2 threads, batch 1`; nil if layers were not timed.
    package var layerTimingConditions: String?
    /// Samples that `Layer.alone` was measured on; nil if sensitivity was not run.
    package var sensitivitySampleCount: Int?
    /// Quantized values, in graph order.
    package var tensors: [Tensor] = []
    /// What was tried to hold a budget; nil if none was given.
    package var budget: Budget?
    /// The chosen model on each device against the reference; empty if that was not looked at.
    package var verifications: [Verification] = []
    /// What deserves a look: scales that were raised, data that is not finite.
    package var notes: [String] = []

    /// - Parameter chosen: nil for the last candidate.
    package init(title: String, provenance: Provenance, candidates: [Candidate], chosen: Int? = nil) {
        self.title = title
        self.provenance = provenance
        self.candidates = candidates
        self.chosen = chosen ?? candidates.count - 1
    }
}
