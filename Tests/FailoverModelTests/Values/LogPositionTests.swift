import FailoverModel
import Testing

@Suite struct LogPositionTests {
    @Test(arguments: ["0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"])
    func `a position is read and written as PostgreSQL does`(text: String) {
        #expect(LogPosition(text)?.description == text)
    }

    @Test(arguments: ["", "16", "16/", "/1", "g/1", "1/2/3", "123456789/0", "+1/1", " 1/1"])
    func `what is no position is none`(text: String) {
        #expect(LogPosition(text) == nil)
    }

    @Test func `positions compare by bytes, not by text`() throws {
        let low = try #require(LogPosition("9/0"))
        let high = try #require(LogPosition("10/0"))
        #expect(low < high)
        #expect(high.bytesAhead(of: low) == 7 << 32)
        #expect(low.bytesAhead(of: high) == 0)
    }
}
