import Foundation
import Reporting
import Testing

@Suite struct JSONValueTests {
    @Test func keepsTheOrderOfKeys() {
        let value: JSONValue = ["z": 1, "a": [true, nil, -2.5], "m": ["inner": "x"], "none": [:], "empty": []]
        #expect(
            value.serialized() == """
                {
                  "z": 1,
                  "a": [true, null, -2.5],
                  "m": {
                    "inner": "x"
                  },
                  "none": {},
                  "empty": []
                }
                """)
    }

    @Test func escapes() throws {
        let text = "\"\\/\n\r\t\u{0}\u{1F}\u{7F}é🙂\u{2028}"
        let serialized = JSONValue.string(text).serialized()
        #expect(serialized == "\"\\\"\\\\/\\n\\r\\t\\u0000\\u001f\\u007fé🙂\\u2028\"")
        let object = JSONValue.object([(key: text, value: .string(text))]).serialized()
        let decoded = try JSONDecoder().decode([String: String].self, from: Data(object.utf8))
        #expect(decoded == [text: text])
    }

    @Test func numbersAreShortAndReadBack() {
        #expect(JSONValue.number(0.1).serialized() == "0.1")
        #expect(JSONValue.float32(0.1).serialized() == "0.1")
        #expect(JSONValue.float32(16_777_216).serialized() == "16777216.0")
        #expect(JSONValue.integer(.min).serialized() == "-9223372036854775808")
        for value in [Double.nan, .infinity, -.infinity] { #expect(JSONValue.number(value).serialized() == "null") }
        #expect(JSONValue.float32(.nan).serialized() == "null")
        for value in [1e300, Double.leastNonzeroMagnitude, -0.0, 1e16, 123_456.789, 1e-5] {
            #expect(Double(JSONValue.number(value).serialized()) == value)
        }
    }

    @Test func longArraysFillTheirLines() {
        let items = (0..<40).map { JSONValue.integer($0 * 1000) }
        let lines = JSONValue.object([("a", .array(items))]).serialized().split(separator: "\n")
        #expect(lines.count == 7 && lines.allSatisfy { $0.count <= 100 })
        #expect(lines[2].hasPrefix("    0, 1000, 2000,") && lines[2].hasSuffix(",") && lines[5] == "  ]")
        let read = lines[2...4].joined().split { !$0.isNumber }.compactMap { Int($0) }
        #expect(read == (0..<40).map { $0 * 1000 })
        #expect(JSONValue.array([[1, 2], [3]]).serialized() == "[\n  [1, 2],\n  [3]\n]")
    }

    @Test func equality() {
        let value: JSONValue = ["a": 1, "b": ["c"]]
        #expect(value == ["a": 1, "b": ["c"]])
        #expect(value != ["b": ["c"], "a": 1])
        #expect(JSONValue.integer(1) != .number(1))
    }
}
