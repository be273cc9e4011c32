import ModelGraph
import Tensors

/// A step that copies a value into another layout. No graph holds it: arranging a plan makes it.
package struct Reorder: Operator {
    package static let identifier = OperatorIdentifier("Reorder", domain: honeDomain)
    package static let opsets = 1...1
    package static let inputCount = 1...1

    package init() {}

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] { [try operands.type(0)] }

    /// The node that plans show for it.
    static func node(_ name: String) -> Node {
        Node(identifier.type, name: name, domain: identifier.domain, inputs: [name], outputs: [name])
    }
}
