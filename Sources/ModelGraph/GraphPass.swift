import Tensors

/// One rewriting of a graph, in one file of `Passes/`.
package protocol GraphPass: Sendable {
    /// How reports and errors call the pass.
    static var name: String { get }

    /// Rewrites the graph, leaving it valid, and returns how many places it changed. Running again must change nothing.
    func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int
}

/// Passes in order, with the graph validated after each one.
package struct PassPipeline: Sendable {
    package let passes: [any GraphPass]

    package init(_ passes: [any GraphPass]) { self.passes = passes }

    /// What each pass changed, in order.
    @discardableResult
    package func run(
        on graph: inout Graph, evaluator: any OperatorEvaluator
    ) throws(HoneError) -> [(pass: String, changes: Int)] {
        var report: [(pass: String, changes: Int)] = []
        for pass in passes {
            let name = type(of: pass).name
            do throws(HoneError) {
                let changes = try pass.run(on: &graph, evaluator: evaluator)
                try graph.validate()
                report.append((name, changes))
            } catch {
                throw error.during("pass \(name)")
            }
        }
        return report
    }

    /// The same, where somebody wants to see some values: a pass leaves them as it leaves graph outputs.
    @discardableResult
    package func run(
        on graph: inout Graph, keeping values: Set<String>, evaluator: any OperatorEvaluator
    ) throws(HoneError) -> [(pass: String, changes: Int)] {
        let outputs = graph.outputs
        let known = Set(outputs.map(\.name))
        for name in graph.nodes.flatMap(\.outputs) where values.contains(name) && !known.contains(name) {
            graph.outputs.append(ValueInfo(name: name, elementType: nil, shape: nil))
        }
        let report = try run(on: &graph, evaluator: evaluator)
        graph.outputs = outputs
        return report
    }
}
