import Testing

@testable import FailoverModel

@Suite("Durations")
struct DurationTextTests {
    @Test(
        "A duration is read and written back",
        arguments: [
            ("90s", 90_000, "1m30s"), ("15m", 900_000, "15m"), ("1h30m", 5_400_000, "1h30m"), ("500ms", 500, "500ms"),
            ("0s", 0, "0s"), ("1h1m1s1ms", 3_661_001, "1h1m1s1ms"), ("1500ms", 1500, "1s500ms"),
            ("90d", 7_776_000_000, "90d"), ("26h", 93_600_000, "26h"), ("1d", 86_400_000, "24h"),
        ] as [(String, Int64, String)])
    func reads(text: String, milliseconds: Int64, written: String) {
        #expect(DurationText.milliseconds(text) == milliseconds)
        #expect(DurationText.text(milliseconds) == written)
        #expect(DurationText.milliseconds(written) == milliseconds)
    }

    @Test(
        "What is not a duration is refused",
        arguments: [
            "", "5", "s", "5 s", "-5s", "5s5m", "5s5s", "1.5s", "5w", "1h1d", "5sec", "99999999999999999999s",
            "9223372036854775807h", "２s", "1:30", "5S",
        ])
    func refuses(text: String) {
        #expect(DurationText.milliseconds(text) == nil)
    }
}
