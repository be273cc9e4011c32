import OpenCLBackend
import Testing

@Suite struct KernelTextTests {
    @Test func filesAreEmbedded() {
        #expect(KernelText.embeddedNames.contains("fill_halo.cl"))
        #expect(KernelText.embeddedNames == KernelText.embeddedNames.sorted())
    }

    @Test func definesComeFirstAndLinesKeepTheirNumbers() {
        let lines = KernelText(file: "fill", defines: ["B": "2", "A": "1"]).text.split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(Array(lines.prefix(3)) == ["#define A 1", "#define B 2", "#line 1 \"fill.cl\""])
        #expect(lines[3].hasPrefix("// fill:"))
    }
}
