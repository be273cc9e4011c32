import Evaluation
import ModelGraph
import Optimizers
import Tensors

/// Labelled or unlabelled samples that can be read again and again, a batch at a time.
public struct EvaluationData {
    /// One batch.
    public struct Batch: Sendable {
        /// A tensor for each input of the float model.
        public var feed: [String: Tensor]
        /// The class of each sample; nil where it is not known.
        public var labels: [Int]?

        /// - Parameter labels: one for each sample, or none at all.
        public init(feed: [String: Tensor], labels: [Int]? = nil) { (self.feed, self.labels) = (feed, labels) }
    }

    let batchCount: Int
    let batch: (Int) throws -> Batch

    /// - Parameters:
    ///   - batchCount: at least 1.
    ///   - batch: reads one batch; its number is from 0.
    public init(batchCount: Int, batch: @escaping (Int) throws -> Batch) {
        (self.batchCount, self.batch) = (batchCount, batch)
    }

    /// Batches held in memory.
    public init(_ batches: [Batch]) { self.init(batchCount: batches.count) { batches[$0] } }
}

/// What quantizing each layer alone costs a model.
public struct Sensitivity: Sendable {
    /// A layer, with the operators that are fused into it.
    public struct Layer: Sendable {
        /// The node's name.
        public let node: String
        /// Its operator.
        public let operatorType: String
        /// What the model loses when this layer alone is quantized, and what only moves its integers.
        public let loss: QuantizationLoss
        /// How much its weights take as float32, in bytes: three quarters of it are what quantizing it saves.
        public let weightByteCount: Int
    }

    /// The most costly first: by divergence, and where it is equal or below 1e-9 by noise.
    public let layers: [Layer]
    /// Nodes that are not quantized even so, in the order of the graph; their reasons say why.
    public let floatLayers: [QuantizedModel.Layer]
    /// Samples that each was measured on.
    public let sampleCount: Int
}

/// How far work that measures one model after the other has come.
public enum SensitivityProgress: Sendable, Equatable {
    /// Batches done, of those for all layers.
    case ranking(done: Int, total: Int)
    /// Batches done of the model in which this many layers stay float.
    case evaluating(floatLayers: Int, done: Int, total: Int)
}

extension Model {
    /// Measures what each layer costs when it alone is quantized, with ranges from one calibration.
    ///
    /// One run of the samples for each layer, most of it in float; quantizing all layers but one would show a layer's cost
    /// only where the others leave it visible.
    ///
    /// - Parameters:
    ///   - calibration: of this model; nothing is calibrated again.
    ///   - settings: how ranges are chosen, and which nodes stay float anyway.
    ///   - data: samples, best of all none of those that calibrated.
    /// - Throws: `.invalidInput` if there is no sample, or the calibration is of another model.
    public func sensitivity(
        with calibration: Calibration, settings: QuantizationSettings = QuantizationSettings(),
        on data: EvaluationData, device: Device = .automatic, threads: Int? = nil,
        progress: ((SensitivityProgress) -> Void)? = nil
    ) throws(HoneError) -> Sensitivity {
        let named = namingNodes()
        let quantizer = try named.quantizer(
            with: calibration, settings, device: device, threads: threads, progress: nil, rereading: nil)
        return try LayerSearch(named, quantizer, data, device: device, threads: threads).sensitivity(progress)
    }
}

/// Quantizes a model with any of its layers left in floating point, and measures what is lost.
final class LayerSearch {
    /// A layer and the nodes that are quantized with it.
    struct Layer {
        let node: String
        let operatorType: String
        let members: Set<String>
    }

    let layers: [Layer]
    private let quantizer: LayerwiseQuantizer
    private let batchCount: Int
    private let device: Device
    private let threads: Int?
    private let measurement: LossMeasurement
    /// How much the weights of a node take as float32.
    private let weightBytes: [String: Int]

    /// - Parameters:
    ///   - model: with a name for every node: layers stay float by name.
    ///   - quantizer: of this very model.
    init(
        _ model: Model, _ quantizer: LayerwiseQuantizer, _ data: EvaluationData, device: Device, threads: Int?
    ) throws(HoneError) {
        (self.quantizer, self.device, self.threads, batchCount) = (quantizer, device, threads, data.batchCount)
        layers = LayerSearch.layers(of: quantizer.whole, model)
        let weights = model.graph.nodes.compactMap { node -> (String, Int)? in
            guard ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.operatorType),
                let constant = node.input(1).flatMap({ model.graph.constant($0) })
            else { return nil }
            return (node.name, 4 * constant.elementCount)
        }
        weightBytes = Dictionary(weights) { $0 + $1 }
        let run = try LayerSearch.run(model, device, threads)
        measurement = LossMeasurement(
            of: run, areProbabilities: model.graph.endsInSoftmax, batchCount: data.batchCount
        ) { index throws(HoneError) in
            do {
                let batch = try data.batch(index)
                return LabeledBatch(feed: batch.feed, labels: batch.labels)
            } catch {
                throw asHoneError(error)
            }
        }
    }

    /// The model with these layers in floating point.
    func quantized(keeping float: [Layer]) throws(HoneError) -> QuantizedModel {
        float.isEmpty ? quantizer.whole : try quantizer.leaving(LayerSearch.members(float), false)
    }

    private static func members(_ layers: [Layer]) -> Set<String> {
        layers.reduce(into: []) { $0.formUnion($1.members) }
    }

    /// What a model quantized from this one loses.
    func loss(of quantized: QuantizedModel, progress: ((Int, Int) -> Void)?) throws(HoneError) -> QuantizationLoss {
        var done = 0
        let run = try LayerSearch.run(quantized.model, device, threads)
        let loss = try measurement.loss(of: run) { [batchCount] in
            done += 1
            progress?(done, batchCount)
        }
        return QuantizationLoss(loss)
    }

    /// What each layer costs alone.
    func sensitivity(_ progress: ((SensitivityProgress) -> Void)?) throws(HoneError) -> Sensitivity {
        let names = layers.map(\.node)
        var done = 0
        let total = names.count * batchCount
        let known = Dictionary(zip(names, layers)) { first, _ in first }
        let ranking = try SensitivityRanking(
            names, measuring: measurement,
            changed: { name throws(HoneError) in
                let others = LayerSearch.members(self.layers.filter { $0.node != name })
                let alone = try self.quantizer.leaving(others, true)
                guard alone.layers.contains(where: \.isQuantized) else { return nil }
                return try LayerSearch.run(alone.model, self.device, self.threads)
            },
            progress: {
                done += 1
                progress?(.ranking(done: done, total: total))
            })
        return Sensitivity(
            layers: ranking.entries.map { entry in
                Sensitivity.Layer(
                    node: entry.layer, operatorType: known[entry.layer]?.operatorType ?? "",
                    loss: QuantizationLoss(entry.loss), weightByteCount: weightBytes[entry.layer] ?? 0)
            },
            floatLayers: quantizer.whole.layers.filter { !$0.isQuantized },
            sampleCount: ranking.entries.first?.loss.sampleCount ?? 0)
    }

    private static func run(_ model: Model, _ device: Device, _ threads: Int?) throws(HoneError) -> LossMeasurement.Run
    {
        let session = try model.session(on: device, threads: threads)
        let name = model.outputs.first?.name ?? ""
        return { feed throws(HoneError) in
            guard let output = try session.run(feed)[name] else {
                throw HoneError(.invalidModel, "the model gave no output '\(name)'")
            }
            return output
        }
    }

    /// What computes on integers, each with what is fused into it; nodes with one name are one layer.
    private static func layers(of quantized: QuantizedModel, _ model: Model) -> [Layer] {
        var members: [String: Set<String>] = [:]
        var operators: [(node: String, type: String)] = []
        for entry in quantized.report.entries {
            switch entry.outcome {
            case .quantized:
                if members[entry.node] == nil { operators.append((entry.node, entry.operatorType)) }
                members[entry.node, default: []].insert(entry.node)
            case .fused(let layer), .absorbed(let layer): members[layer, default: []].insert(entry.node)
            case .passedThrough, .float: break
            }
        }
        // A pass may have made nodes of its own, which no option can name.
        let names = Set(model.graph.nodes.map(\.name))
        return operators.filter { names.contains($0.node) }.map { node, type in
            Layer(node: node, operatorType: type, members: (members[node] ?? []).intersection(names))
        }
    }
}

extension Model {
    /// The model with a name for every node: its first output's where the file gives none.
    func namingNodes() -> Model {
        var named = self
        var taken = Set(graph.nodes.map(\.name))
        for index in named.graph.nodes.indices where named.graph.nodes[index].name.isEmpty {
            guard let output = graph.nodes[index].outputs.first(where: { !$0.isEmpty }) else { continue }
            var name = output
            while !taken.insert(name).inserted { name += "_node" }
            named.graph.nodes[index].name = name
        }
        return named
    }
}
