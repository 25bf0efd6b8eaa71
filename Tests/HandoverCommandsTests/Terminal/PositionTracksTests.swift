import FailoverModel
import HandoverTestSupport
import Testing

@testable import HandoverCommands

@Suite struct PositionTracksTests {
    private let start = TerminalFixture.start

    private func look(_ positions: [(String, UInt64)], cluster: String = "main") -> [SiteObservation] {
        positions.map { site, bytes in
            var server = EventSamples.postgres
            server.position = LogPosition(bytes: bytes)
            return SiteObservation(site: site, cluster: cluster, seen: .postgres(server))
        }
    }

    @Test func `nothing is told where nobody is behind, nor of what is no database`() {
        var tracks = PositionTracks()
        #expect(tracks.lines.isEmpty)
        tracks.take(look([("dc1", 500), ("dc2", 500)]), at: start)
        tracks.take(
            [SiteObservation(site: "dc3", seen: .unreachable(system: "postgres", reason: "gone"))], at: start)
        #expect(tracks.lines.isEmpty)
    }

    @Test func `a speed is told after a second, and that somebody stands still`() {
        var tracks = PositionTracks()
        tracks.take(look([("dc1", 9000), ("dc2", 1000), ("dc3", 2000)]), at: start)
        #expect(tracks.lines[1] == "dc3/main at 0/7D0: 7.0 kB to go")
        tracks.take(look([("dc1", 9000), ("dc2", 5000), ("dc3", 2000)]), at: start.advanced(byMilliseconds: 2000))
        #expect(
            tracks.lines == [
                "dc1/main at 0/2328", "dc2/main at 0/1388: 4.0 kB to go, 2.0 kB a second, about 2.0 s left",
                "dc3/main at 0/7D0: 7.0 kB to go, stands still",
            ])
    }

    @Test func `how long it still takes is not told while the one ahead moves on`() {
        var tracks = PositionTracks()
        tracks.take(look([("dc1", 9000), ("dc2", 1000)]), at: start)
        tracks.take(look([("dc1", 19_000), ("dc2", 5000)]), at: start.advanced(byMilliseconds: 2000))
        #expect(tracks.lines[1] == "dc2/main at 0/1388: 14.0 kB to go, 2.0 kB a second")
    }

    @Test func `the speed is that of the last ten seconds, and each cluster has its own`() {
        var tracks = PositionTracks()
        for second in Int64(0)...40 {
            let bytes = UInt64(second < 20 ? second * 1000 : 20_000)
            let now = start.advanced(byMilliseconds: second * 1000)
            tracks.take(look([("dc1", 90_000), ("dc2", bytes)]), at: now)
            tracks.take(look([("dc1", 7), ("dc2", 7)], cluster: "mas"), at: now)
        }
        #expect(tracks.lines.count == 2)
        #expect(tracks.lines[1].hasSuffix("stands still"))
    }
}
