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
    }

    @Test func durations() {
        let cases = [
            (0, "0 s"), (870e-9, "870 ns"), (12.34e-6, "12.3 µs"), (4.561e-3, "4.56 ms"), (7.891, "7.89 s"),
            (59.99, "1 min 00 s"), (125.2, "2 min 05 s"), (3599.9, "1 h 00 min"), (12_000, "3 h 20 min"),
            (-0.5, "-500 ms"), (.nan, "-"), (0.9999, "1.00 s"), (1e300, "more than 1e12 s"),
        ]
        for (seconds, text) in cases { #expect(Quantity.duration(seconds: seconds) == text) }
    }

    @Test func factors() {
        #expect(Quantity.factor(2.346) == "2.35x")
    }
}
