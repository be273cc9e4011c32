import Reporting
import Testing

@Suite struct QuantityTests {
    @Test func bytes() {
        let cases = [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (1536, "1.50 KiB"), (102_605_824, "97.9 MiB"),
            (1 << 40, "1.00 TiB"), (1_048_575, "1.00 MiB"), (-2048, "-2.00 KiB"),
        ]
        for (count, text) in cases { #expect(Quantity.bytes(count) == text) }
        #expect(Quantity.bytes(.max) == "8.00 EiB")
    }

    @Test func counts() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")]
        for (count, text) in cases { #expect(Quantity.count(count) == text) }
        #expect(Quantity.count(.min) == "-9,223,372,036,854,775,808")
        #expect(Quantity.approximateCount(999) == "999")
        #expect(Quantity.approximateCount(1234) == "1.23 k")
        #expect(Quantity.approximateCount(4_089_184_256) == "4.09 G")
        #expect(Quantity.approximateCount(999_999) == "1.00 M")
    }

    @Test func durations() {
        let cases = [
            (0, "0 s"), (870e-9, "870 ns"), (12.34e-6, "12.3 µs"), (4.561e-3, "4.56 ms"), (7.891, "7.89 s"),
            (59.99, "1 min 00 s"), (125.2, "2 min 05 s"), (3599.9, "1 h 00 min"), (12_000, "3 h 20 min"),
            (-0.5, "-500 ms"), (.nan, "-"), (0.9999, "1.00 s"), (1e300, "more than 1e12 s"),
        ]
        for (seconds, text) in cases { #expect(Quantity.duration(seconds: seconds) == text) }
    }

    @Test func shares() {
        #expect(Quantity.percentage(0.98765) == "98.77 %" || Quantity.percentage(0.98765) == "98.76 %")
        #expect(Quantity.percentage(1, decimals: 0) == "100 %")
        #expect(Quantity.percentage(.nan) == "-")
        #expect(Quantity.percentagePoints(-0.0042) == "-0.42 pp")
        #expect(Quantity.percentagePoints(0.01) == "+1.00 pp")
        #expect(Quantity.percentagePoints(-1e-9) == "+0.00 pp")
        #expect(Quantity.factor(2.346) == "2.35x")
    }
}
