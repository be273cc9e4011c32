/// Constant inputs of a step that its kernel holds packed, by position: what writes their elements again, row-major.
///
/// The plan lets go of such a constant where nothing else reads it.
package typealias PackedInputs = [Int: @Sendable (_ elements: UnsafeMutableRawBufferPointer) -> Void]
