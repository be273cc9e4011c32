import ModelGraph
import Tensors

extension Model {
    /// The model with a share of the blocks of every convolution's weight zero, the first convolution's left as it is, and
    /// those of depthwise ones, which have no blocks. What it computes has no meaning then; how long it takes has.
    ///
    /// - Parameters:
    ///   - share: 0 for none to 1 for all, rounded to whole blocks in each weight.
    ///   - afterFirst: false to include the first convolution, and matrix products: for models of one node.
    package func zeroingBlocks(
        _ share: Double, seed: UInt64 = 1, afterFirst: Bool = true
    ) throws(HoneError) -> Model {
        var copy = self
        let producers = Dictionary(
            graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }, uniquingKeysWith: { first, _ in first })
        var seen = 0
        var done: Set<String> = []
        for node in graph.nodes {
            guard let linear = LinearWeight(try graph.decode(node)), linear.isConvolution || !afterFirst else {
                continue
            }
            seen += 1
            guard seen > 1 || !afterFirst, var name = node.input(linear.position) else { continue }
            var zeroPoint = linear.zeroPointPosition.flatMap { node.input($0) }
            if let source = producers[name], source.operatorType == "DequantizeLinear", let stored = source.input(0) {
                name = stored
                zeroPoint = source.input(2)
            }
            guard var weight = graph.constant(name), done.insert(name).inserted,
                let blocks = linear.blocks(weight.type)
            else { continue }
            blocks.zero(
                share, of: &weight, zeroPoints: zeroBytes(zeroPoint, of: weight, in: graph),
                seed: seed &+ UInt64(seen))
            copy.graph.setInitializer(name, weight)
        }
        return copy
    }
}
