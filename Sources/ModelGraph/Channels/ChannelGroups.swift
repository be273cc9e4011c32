import Tensors

/// The channels of a graph that may be reordered or removed, in groups: what may change places with each other.
///
/// All channels of a group appear at the same places: the rows of one or, through additions, several layers, the columns of
/// all that read them, biases, normalizations, scales and zero points. Channels of different groups may lie side by side, as
/// behind a concatenation, but do not change places. Made for float graphs, for graphs with QuantizeLinear and
/// DequantizeLinear, and for those that the execution passes leave.
package struct ChannelGroups: Sendable {
    /// Where a constant has the channels of a group.
    package struct Use: Sendable {
        /// The node that reads the constant, and as which input.
        package let node: Int
        package let input: Int
        /// The dimension of the constant.
        package let dimension: Int
        /// For each channel, its positions: several where a flattened image has one for each pixel.
        package let positions: [[Int]]
    }

    /// Channels that may change places.
    package struct Group: Sendable {
        /// The number of channels.
        package let count: Int
        /// In the order of nodes and inputs.
        package let uses: [Use]
        /// Why none of the channels may be removed; nil where they may.
        package let removalObstacle: String?
    }

    package let groups: [Group]
    /// By value name: the channels of each of its dimensions that are in groups, as group and number, or nil.
    private let members: [String: [[Member?]?]]
    /// By value name: why channels of its dimensions stay as they are.
    private let obstacles: [String: [String?]]
    let rewriting: ChannelRewriting

    /// A channel of a group.
    struct Member: Hashable, Sendable {
        let group: Int
        let number: Int
    }

    /// Finds the groups of a graph.
    ///
    /// - Parameter inferred: the graph's types for some input shapes; the batch's size does not matter.
    package init(_ graph: Graph, inferred: InferredTypes) {
        var tracer = ChannelTracer(graph, inferred)
        let partition = ChannelPartition(&tracer.ties)
        var uses = [[Use]](repeating: [], count: partition.counts.count)
        for constant in tracer.constants {
            for (dimension, axis) in constant.axes.enumerated() {
                guard let axis else { continue }
                for (group, positions) in partition.positions(axis) {
                    uses[group].append(
                        Use(node: constant.node, input: constant.input, dimension: dimension, positions: positions))
                }
            }
        }
        groups = partition.counts.indices.map { group in
            Group(
                count: partition.counts[group], uses: uses[group], removalObstacle: partition.removalObstacles[group])
        }
        members = tracer.values.mapValues { $0.map { axis in axis.map { partition.members[$0] } } }
        obstacles = tracer.values.mapValues { $0.map { axis in axis.flatMap { partition.obstacles[$0] } } }
        rewriting = ChannelRewriting(tracer, partition)
    }

    /// Finds the groups of a graph by the input types that it declares; where no sizes fit, there are no groups.
    package init(_ graph: Graph, evaluator: any OperatorEvaluator) {
        if let inferred = graph.typesOfUsualInputs(evaluator: evaluator) {
            self.init(graph, inferred: inferred)
        } else {
            self.init(Graph(), inferred: InferredTypes())
        }
    }

    /// The groups with channels on a dimension of a value; empty where they all stay as they are.
    package func groups(of value: String, dimension: Int = 1) -> [Int] {
        guard let dimensions = members[value], dimensions.indices.contains(dimension) else { return [] }
        return Set((dimensions[dimension] ?? []).compactMap { $0?.group }).sorted()
    }

    /// Why some channels on a dimension of a value stay as they are; nil where all of them may move.
    package func obstacle(of value: String, dimension: Int = 1) -> String? {
        guard let own = members[value], own.indices.contains(dimension), own[dimension] != nil
        else { return "nothing is known of its channels" }
        return obstacles[value]?[dimension]
    }
}

extension Graph {
    /// The types of all values for a batch of one. Other dimensions that the inputs leave open are tried with usual sizes; nil
    /// where none fits.
    package func typesOfUsualInputs(evaluator: any OperatorEvaluator) -> InferredTypes? {
        for size in [224, 32, 64, 256, 299, 1] {
            var types: [String: TensorType] = [:]
            for input in requiredInputs {
                guard let elementType = input.elementType, let dimensions = input.shape else { return nil }
                let shape = dimensions.enumerated().map { index, dimension in
                    dimension.size ?? (index == 0 ? 1 : size)
                }
                types[input.name] = try? TensorType.validated(elementType, shape)
            }
            if let inferred = try? inferTypes(inputTypes: types, inputValues: [:], evaluator: evaluator) {
                return inferred
            }
        }
        return nil
    }
}
