import Reporting
import Testing

@Suite struct TextTableTests {
    @Test func numbersGoRightAndTextLeft() {
        var table = TextTable(["layer", "time", "share", "note"])
        table.add(["conv1", "1.5 ms", "9.00 %"])
        table.add(["a longer name", "12.5 µs", "100.00 %", "-"])
        table.add(["fc", "-", "-1,234", "x3"])
        #expect(
            table.lines() == [
                "layer             time     share  note",
                "-------------  -------  --------  ----",
                "conv1           1.5 ms    9.00 %",
                "a longer name  12.5 µs  100.00 %  -",
                "fc                   -    -1,234  x3",
            ])
    }

    @Test func givenAlignmentsWin() {
        var table = TextTable(["id", "value"], alignments: [.left, .right])
        table.add(["1", "abcdefg"])
        table.add(["22", "b"])
        #expect(table.text() == "id    value\n--  -------\n1   abcdefg\n22        b\n")
    }

    @Test func emptyTablesHaveAHeading() {
        #expect(TextTable(["a", "bc"]).lines() == ["a  bc", "-  --"])
    }
}
