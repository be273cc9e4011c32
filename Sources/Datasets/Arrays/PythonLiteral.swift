/// The few Python literals that NumPy headers hold.
enum PythonLiteral: Equatable {
    case string(String)
    case boolean(Bool)
    case integer(Int)
    case tuple([PythonLiteral])

    /// Reads a dictionary with string keys that is all of `bytes` but for white space; nil if it is anything else.
    static func dictionary(_ bytes: [UInt8]) -> [String: PythonLiteral]? {
        var scanner = Scanner(bytes: bytes)
        guard let dictionary = scanner.dictionary(), scanner.isAtEnd() else { return nil }
        return dictionary
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func dictionary() -> [String: PythonLiteral]? {
            guard take("{") else { return nil }
            var entries: [String: PythonLiteral] = [:]
            while !take("}") {
                guard case .string(let key)? = value(depth: 0), take(":"), let value = value(depth: 0),
                    entries.updateValue(value, forKey: key) == nil
                else { return nil }
                if take(",") { continue }
                guard take("}") else { return nil }
                break
            }
            return entries
        }

        mutating func isAtEnd() -> Bool {
            skipSpace()
            return position == bytes.count
        }

        private mutating func value(depth: Int) -> PythonLiteral? {
            skipSpace()
            guard position < bytes.count, depth < 8 else { return nil }
            switch bytes[position] {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): return string()
            case UInt8(ascii: "("): return sequence(closing: ")", depth: depth)
            case UInt8(ascii: "["): return sequence(closing: "]", depth: depth)
            case UInt8(ascii: "T"): return takeWord("True") ? .boolean(true) : nil
            case UInt8(ascii: "F"): return takeWord("False") ? .boolean(false) : nil
            default: return integer()
            }
        }

        private mutating func string() -> PythonLiteral? {
            let quote = bytes[position]
            guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
            let text = bytes[(position + 1)..<end]
            // No key or type of a header needs an escape.
            guard !text.contains(UInt8(ascii: "\\")) else { return nil }
            position = end + 1
            return .string(String(decoding: text, as: UTF8.self))
        }

        private mutating func sequence(closing: Character, depth: Int) -> PythonLiteral? {
            position += 1
            var items: [PythonLiteral] = []
            while !take(closing) {
                guard let item = value(depth: depth + 1) else { return nil }
                items.append(item)
                if take(",") { continue }
                guard take(closing) else { return nil }
                break
            }
            return .tuple(items)
        }

        private mutating func integer() -> PythonLiteral? {
            let start = position
            if bytes[position] == UInt8(ascii: "-") { position += 1 }
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
            guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else { return nil }
            // Python 2 wrote long integers with a suffix.
            if position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
            return .integer(value)
        }

        private mutating func takeWord(_ word: String) -> Bool {
            guard bytes[position...].starts(with: word.utf8) else { return false }
            position += word.utf8.count
            return true
        }

        private mutating func take(_ character: Character) -> Bool {
            skipSpace()
            guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
            position += 1
            return true
        }

        private mutating func skipSpace() {
            while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        }
    }
}
