import Hone
import Reporting

extension Profile {
    var text: String { steps.map { "\($0.operatorType) \($0.name) \($0.milliseconds)" }.joined(separator: "\n") }
    var json: JSONValue { .object([]) }
}
