import Tensors

/// `y = table[x]` on 8-bit integers, `x` read as a byte: any function of one quantized value, computed for all 256 of them.
///
/// Inputs: `x` of any shape; the table, 256 elements of the result's type. An int8's byte is its two's complement, so that
/// -1 takes element 255.
package struct TableLookup: Operator {
    package static let identifier = OperatorIdentifier("TableLookup", domain: honeDomain)
    package static let opsets = 1...1
    package static let inputCount = 2...2
    /// Elements of a table: one for each byte.
    package static let tableCount = 256

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: .eightBit)
        let table = try operands.type(1, in: .eightBit)
        guard table.shape == [TableLookup.tableCount] else {
            throw HoneError(.invalidModel, "the table is \(table); expected \(TableLookup.tableCount) elements")
        }
        return [TensorType(table.elementType, x.shape)]
    }
}
