import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@Suite struct MomentTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1_795_403_565_123_456, "2026-11-23T03:12:45.123456Z"),
            (-1, "1969-12-31T23:59:59.999999Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        ] as [(Int64, String)])
    func `a moment is written in RFC 3339 with microseconds and read back`(microseconds: Int64, text: String) {
        #expect(Moment(microseconds: microseconds).description == text)
        #expect(Moment(text)?.microseconds == microseconds)
    }

    @Test func `a moment agrees with Foundation's calendar over 400 years`() {
        var random = SeededGenerator(seed: 3)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<2000 {
            let seconds = Int64(random.number(-6_000_000_000...6_000_000_000))
            let ours = Moment(microseconds: seconds * 1_000_000).description
            let theirs = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(ours == theirs.dropLast() + ".000000Z")
        }
    }

    @Test(arguments: ["2026-11-23T03:12:45Z", "2026-11-23T03:12:45.1Z", "2026-11-23T03:12:45.100000Z"])
    func `the fraction may be short or missing`(text: String) {
        #expect(Moment(text) != nil)
    }

    @Test(arguments: [
        "", "now", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-23 03:12:45Z", "2026-11-23T24:00:00Z",
        "2026-11-23T03:12:45+01:00", "2026-11-23T03:12:45.1234567Z", "2026-11-23T03:12:45.Z",
    ])
    func `what is no moment is none`(text: String) {
        #expect(Moment(text) == nil)
    }
}
