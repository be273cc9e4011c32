import Reporting
import Synchronization
import Testing

@Suite struct ProgressBarTests {
    /// A clock that the test sets, and what was written.
    private final class Stage: Sendable {
        private let state = Mutex((time: 0.0, text: ""))
        var time: Double {
            get { state.withLock { $0.time } }
            set { state.withLock { $0.time = newValue } }
        }
        var text: String { state.withLock { $0.text } }
        func write(_ text: String) { state.withLock { $0.text += text } }
    }

    private func bar(_ stage: Stage, total: Int, _ style: ProgressBar.Style) -> ProgressBar {
        ProgressBar("calibrate", total: total, style: style, now: { stage.time }, write: { stage.write($0) })
    }

    @Test func redrawsATerminalAtMostTenTimesASecond() {
        let stage = Stage()
        let bar = bar(stage, total: 1000, .terminal)
        for step in 1...1000 {
            stage.time = Double(step) / 500
            bar.advance()
        }
        bar.finish()
        bar.finish()
        let lines = stage.text.split(separator: "\r")
        #expect((15...22).contains(lines.count))
        #expect(lines.last == "calibrate: 1,000/1,000 samples, 100 %, 500/s, 2.00 s\n" || lines.last?.last == "\n")
        #expect(lines.last?.hasPrefix("calibrate: 1,000/1,000 samples, 100 %, 500/s, 2.00 s") == true)
        #expect(stage.text.filter { $0 == "\n" }.count == 1)
        #expect(lines[10].contains(" left"))
    }

    @Test func elsewhereWritesAFewPlainLines() {
        let stage = Stage()
        let bar = bar(stage, total: 100, .lines)
        for step in 1...100 {
            stage.time = Double(step)
            bar.advance()
        }
        bar.finish()
        #expect(!stage.text.contains("\r"))
        let lines = stage.text.split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines.first == "calibrate: 10/100 samples, 10 %, 1.00/s, 1 min 30 s left")
        #expect(lines.last == "calibrate: 100/100 samples, 100 %, 1.00/s, 1 min 40 s")
    }

    @Test func shortWorkWritesTheEndOnly() {
        let stage = Stage()
        let bar = bar(stage, total: 10, .lines)
        for _ in 1...10 { bar.advance() }
        stage.time = 0.5
        bar.finish()
        #expect(stage.text == "calibrate: 10/10 samples, 100 %, 20.0/s, 500 ms\n")
    }

    @Test func slowWorkIsHeardOf() {
        let stage = Stage()
        let bar = bar(stage, total: 1000, .lines)
        for step in 1...4 {
            stage.time = Double(step) * 20
            bar.advance()
        }
        #expect(stage.text.split(separator: "\n").count == 2)
    }

    @Test func unknownTotalsCount() {
        let stage = Stage()
        let bar = bar(stage, total: 0, .lines)
        stage.time = 40
        bar.advance(by: 80)
        #expect(stage.text == "calibrate: 80 samples, 2.00/s\n")
    }

    @Test func silenceIsSilent() {
        let stage = Stage()
        let bar = bar(stage, total: 2, .silent)
        stage.time = 100
        bar.advance(by: 2)
        bar.finish()
        #expect(stage.text == "")
    }
}
