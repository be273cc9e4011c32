import Tensors

/// What an element-wise kernel computes: a name of `elementwise_operations.clh` with its constants.
struct ElementwiseOperation {
    /// What stands behind `operation_` there.
    var name: String
    /// The constants that the operation's comment there lists.
    var parameters: [Float] = []
    /// Further macros.
    var defines: [String: String] = [:]

    init(_ name: String, _ parameters: [Float] = [], defines: [String: String] = [:]) {
        (self.name, self.parameters, self.defines) = (name, parameters, defines)
    }

    /// An operation that has one form for real numbers and one for integers.
    static func number(_ name: String, _ type: ElementType) -> ElementwiseOperation {
        ElementwiseOperation(type.isFloatingPoint ? name : name + "_integer")
    }

    /// An operation that has one form for real numbers and one each for integers with and without sign.
    static func signedNumber(_ name: String, _ type: ElementType, _ parameters: [Float] = []) -> ElementwiseOperation {
        if type.isFloatingPoint { return ElementwiseOperation(name, parameters) }
        return ElementwiseOperation(name + (type.isSignedInteger ? "_signed" : "_unsigned"), parameters)
    }

    /// Whether it divides, or takes roots of, what the device computed.
    var divides: Bool { ["divide", "mean", "square_root"].contains(name) }
}
