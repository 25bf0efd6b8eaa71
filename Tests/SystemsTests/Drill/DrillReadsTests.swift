import Testing

@testable import Systems

@Suite("What a drill reads, and how its times are told")
struct DrillReadsTests {
    @Test(
        arguments: [
            ([5], 5, 5, 5), ([1, 2, 3, 4], 2, 4, 4), (Array(1...100), 50, 95, 99),
            (Array((1...1000).reversed()), 500, 950, 990),
        ] as [([Int64], Int64, Int64, Int64)])
    func `A share of the times is one that was measured, by the nearest rank`(
        times: [Int64], half: Int64, most: Int64, nearlyAll: Int64
    ) {
        let measured = DrillReader.Measured(times: times)
        #expect(measured.percentile(0.5) == half)
        #expect(measured.percentile(0.95) == most)
        #expect(measured.percentile(0.99) == nearlyAll)
    }

    @Test func `Where nothing was measured nothing is told`() {
        #expect(DrillReader.Measured().percentile(0.5) == nil)
        #expect(DrillReader.Measured(errors: 2).sentence == "not at all, 2 errors")
        #expect(
            DrillReader.Measured(times: [400, 1230, 25_600]).sentence
                == "in 1.23 ms (half), 25.6 ms (95 %), 25.6 ms (99 %) of 3")
    }

    @Test func `Statements take their turns, and rows and pages are those there are`() {
        var random = SystemRandomNumberGenerator()
        let own = DrillReads(kind: .statements(["a", "b"])).statements(3, using: &random)
        #expect(own.map(\.text) == ["a", "b", "a"])
        let rows = DrillReads(kind: .pgbench(rows: 3)).statements(200, using: &random).compactMap(\.parameters.first)
        #expect(Set(rows) == ["1", "2", "3"])
        let pages = DrillReads(kind: .tables([.init(name: "t", pages: 2)])).statements(100, using: &random)
        #expect(Set(pages.map(\.parameters)) == [["(0,0)", "(1,0)"], ["(1,0)", "(2,0)"]])
    }
}
