/// Rows of text in aligned columns, for terminals and logs.
package struct TextTable: Sendable {
    /// Where a column's text goes.
    package enum Alignment: Sendable {
        case left
        case right
        /// To the right if every cell that is not empty starts as a number does.
        case automatic
    }

    private let header: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// - Parameter alignments: one for each column; missing ones are automatic.
    package init(_ header: [String], alignments: [Alignment] = []) {
        self.header = header
        self.alignments = alignments
    }

    /// Adds a row; missing cells are empty.
    ///
    /// - Precondition: there are no more cells than columns.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count <= header.count, "\(cells.count) cells for \(header.count) columns")
        rows.append(cells + Array(repeating: "", count: header.count - cells.count))
    }

    /// The lines: heading, a rule, the rows; two spaces between columns, none at the end of a line.
    package func lines() -> [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { displayWidth($0[column]) }.max() ?? 0 }
        let toRight = header.indices.map(isRightAligned)
        let format = { (cells: [String]) -> String in
            var line = ""
            for (column, cell) in cells.enumerated() {
                if column > 0 { line += "  " }
                let padding = String(repeating: " ", count: widths[column] - displayWidth(cell))
                line += toRight[column] ? padding + cell : cell + padding
            }
            while line.last == " " { line.removeLast() }
            return line
        }
        let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
        return [format(header), rule] + rows.map(format)
    }

    /// The lines as one text that ends with a line end.
    package func text() -> String { lines().map { $0 + "\n" }.joined() }

    private func isRightAligned(_ column: Int) -> Bool {
        switch column < alignments.count ? alignments[column] : .automatic {
        case .left: return false
        case .right: return true
        case .automatic:
            let cells = rows.map { $0[column] }.filter { !$0.isEmpty && $0 != "-" }
            return !cells.isEmpty && cells.allSatisfy(startsLikeNumber)
        }
    }

    private func startsLikeNumber(_ cell: String) -> Bool {
        let word = cell.prefix { $0 != " " }.drop { "+-−<>~±".contains($0) }.filter { $0 != "," }
        let digits = word.hasSuffix("%") || word.hasSuffix("x") ? String(word.dropLast()) : word
        return digits.first?.isNumber == true && Double(digits) != nil
    }
}

/// The columns that a text takes in a terminal: one for each character, which is right for all that Hone prints.
private func displayWidth(_ text: String) -> Int { text.count }
