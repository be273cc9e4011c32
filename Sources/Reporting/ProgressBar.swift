import Foundation
import Synchronization

/// How far a long task has come: a line that is redrawn on a terminal, a plain line now and then elsewhere.
///
/// Safe to use from several threads. Goes to standard error, so that standard output stays machine-readable.
package final class ProgressBar: Sendable {
    /// How progress is shown.
    package enum Style: Sendable {
        /// One line, redrawn at most 10 times a second.
        case terminal
        /// A line for each tenth of the work, at most every 3 seconds and at least every 30.
        case lines
        case silent

        /// `.terminal` if standard error is one that can move its cursor, else `.lines`.
        package static var automatic: Style {
            guard isatty(2) == 1 else { return .lines }
            return ProcessInfo.processInfo.environment["TERM"] == "dumb" ? .lines : .terminal
        }
    }

    private struct State {
        var done = 0
        var lastShown: Double?
        var lastTenth = 0
        var lastWidth = 0
        var isFinished = false
    }

    private let label: String
    private let unit: String
    private let total: Int
    private let style: Style
    private let now: @Sendable () -> Double
    private let write: @Sendable (String) -> Void
    private let start: Double
    private let state = Mutex(State())

    private static let redrawInterval = 0.1
    private static let lineInterval = 3.0
    private static let longestSilence = 30.0

    /// - Parameters:
    ///   - total: the amount of work, in `unit`s; 0 if it is not known.
    ///   - now: seconds on a clock that never goes back.
    ///   - write: takes the text to show.
    package init(
        _ label: String, total: Int, unit: String = "samples", style: Style = .automatic,
        now: @escaping @Sendable () -> Double = { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 },
        write: @escaping @Sendable (String) -> Void = { FileHandle.standardError.write(Data($0.utf8)) }
    ) {
        self.label = label
        self.total = max(0, total)
        self.unit = unit
        self.style = style
        self.now = now
        self.write = write
        start = now()
    }

    /// Adds finished work.
    package func advance(by count: Int = 1) {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.done += max(0, count)
            show(&state)
        }
    }

    /// Ends without a last line where the work has failed: the error says what happened. Does nothing after `finish`.
    package func abandon() {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            if style == .terminal, state.lastShown != nil { write("\n") }
        }
    }

    /// Shows the end and, on a terminal, leaves the line. Later calls do nothing.
    package func finish() {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            switch style {
            case .silent: break
            case .lines: write(line(state.done, isFinal: true) + "\n")
            case .terminal: redraw(line(state.done, isFinal: true), &state, end: "\n")
            }
        }
    }

    private func show(_ state: inout State) {
        let time = now()
        switch style {
        case .silent: return
        case .terminal:
            if let last = state.lastShown, time - last < Self.redrawInterval { return }
            redraw(line(state.done, isFinal: false), &state, end: "")
        case .lines:
            let tenth = total > 0 ? min(10, Int(Double(state.done) / Double(total) * 10)) : 0
            let silence = time - (state.lastShown ?? start)
            guard silence >= Self.longestSilence || (silence >= Self.lineInterval && tenth > state.lastTenth),
                total == 0 || state.done < total
            else { return }
            state.lastTenth = tenth
            write(line(state.done, isFinal: false) + "\n")
        }
        state.lastShown = time
    }

    private func redraw(_ line: String, _ state: inout State, end: String) {
        let rest = String(repeating: " ", count: max(0, state.lastWidth - line.count))
        state.lastWidth = line.count
        write("\r\(line)\(rest)\(end)")
    }

    private func line(_ done: Int, isFinal: Bool) -> String {
        let elapsed = max(0, now() - start)
        var parts: [String] = []
        if total > 0 {
            let share = min(1, Double(done) / Double(total))
            parts.append("\(Quantity.count(done))/\(Quantity.count(total)) \(unit)")
            parts.append("\(Int(share * 100)) %")
        } else {
            parts.append("\(Quantity.count(done)) \(unit)")
        }
        if done > 0, elapsed > 0 {
            let rate = Double(done) / elapsed
            parts.append("\(Quantity.fixed(rate, rate < 10 ? 2 : rate < 100 ? 1 : 0))/s")
            if !isFinal, total > done {
                parts.append("\(Quantity.duration(seconds: Double(total - done) / rate)) left")
            }
        }
        if isFinal { parts.append(Quantity.duration(seconds: elapsed)) }
        return "\(label): \(parts.joined(separator: ", "))"
    }
}
