/// The start of a length-delimited protobuf field: its key and the number of bytes that follow.
func fieldHeader(_ number: UInt8, byteCount: Int) -> [UInt8] {
    // Wire type 2; all fields written by hand have numbers below 16, so that the key is one byte.
    var header = [number << 3 | 2]
    var rest = UInt64(byteCount)
    while rest >= 0x80 {
        header.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
    }
    header.append(UInt8(rest))
    return header
}
