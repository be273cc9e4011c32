import ModelGraph
import Tensors

/// A step that copies a value between host and device. No graph holds one.
protocol Transfer: Operator {
    init()
}

extension Transfer {
    static var opsets: ClosedRange<Int> { 1...1 }
    static var inputCount: ClosedRange<Int> { 1...1 }

    init(_ attributes: inout AttributeReader) throws(HoneError) { self.init() }

    func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] { [try operands.type(0)] }

    /// The node that plans show for it.
    static func node(_ name: String) -> Node {
        Node(identifier.type, name: name, domain: identifier.domain, inputs: [name], outputs: [name])
    }
}

/// For a definition that runs on the host.
struct CopyToHost: Transfer {
    static let identifier = OperatorIdentifier("CopyToHost", domain: honeDomain)
}

/// Of what a definition computed.
struct CopyToDevice: Transfer {
    static let identifier = OperatorIdentifier("CopyToDevice", domain: honeDomain)
}
