import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Systems
import Testing

@testable import HandoverCommands

@Suite("What a watch keeps and tells")
struct WatchMemoryTests {
    private let start = Moment(microseconds: 1_795_000_000_000_000)

    private func server(_ site: String, at position: UInt64, timeline: Int64 = 1) -> SiteObservation {
        var server = EventSamples.postgres
        server.isInRecovery = site != "dc1"
        server.position = LogPosition(bytes: position)
        server.timeline = timeline
        server.senders[0].lagBytes = Int64(position % 1000)
        return SiteObservation(site: site, cluster: "main", seen: .postgres(server))
    }

    private func result(_ verdict: CheckVerdict, _ id: String = "replication.lag") throws -> CheckResult {
        CheckResult(id: id, site: "dc2", verdict: verdict, seen: "17 MiB behind", why: "why", fix: "fix")
    }

    @Test("The same is kept once; positions again after five minutes, the rest after an hour, a change at once")
    func rhythm() throws {
        var memory = WatchMemory()
        let compared = SecretsCompared(
            reference: "dc1", site: "dc2", verdicts: [SecretVerdict(name: "a", verdict: .inSync)])
        func round(_ seconds: Int64, timeline: Int64 = 1, _ memory: inout WatchMemory) throws -> [String] {
            let report = CheckReport(
                results: [try result(.ok)],
                observations: [server("dc1", at: UInt64(seconds) * 1000, timeline: timeline)],
                comparisons: [compared])
            return memory.events(of: report, at: start.advanced(byMilliseconds: seconds * 1000)).map {
                "\($0.payload.typeName)"
            }
        }
        #expect(try round(0, &memory) == ["site.observed", "secrets.compared", "check.completed"])
        #expect(try round(30, &memory) == [])
        #expect(try round(300, &memory) == ["site.observed"])
        #expect(try round(330, timeline: 2, &memory) == ["site.observed"])
        #expect(try round(3600, &memory) == ["site.observed", "secrets.compared", "check.completed"])
        memory.forget()
        #expect(try round(3630, &memory).count == 3, "what could not be kept is kept with the next round")
    }

    @Test("A problem is told when it is there twice, once, and once when it is over; a flicker and a warning are not")
    func alerts() throws {
        var memory = WatchMemory()
        func round(_ results: CheckResult...) -> [String] {
            memory.alerts(of: CheckReport(results: results)).map { "\($0.isOver ? "over" : "fires") \($0.result.id)" }
        }
        #expect(round(try result(.failing)) == [])
        #expect(round(try result(.ok)) == [])
        #expect(round(try result(.failing)) == [])
        #expect(round(try result(.unknown), try result(.warning, "other")) == ["fires replication.lag"])
        #expect(round(try result(.failing)) == [])
        #expect(round(try result(.ok), try result(.failing, "other")) == ["over replication.lag"])
        #expect(round(try result(.ok), try result(.failing, "other")) == ["fires other"])
    }

    @Test("A month of three sites takes less than 50 MB")
    func month() async throws {
        let path = NSTemporaryDirectory() + "handover-\(UUID().uuidString).sqlite"
        defer {
            for suffix in ["", "-wal", "-shm", ".head"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        }
        let writer = try JournalWriter(path: path)
        var head = try await writer.head()
        var memory = WatchMemory()
        let workloads = WorkloadsObservation(
            workloads: (0..<36).map {
                .init(kind: "StatefulSet", name: "ess-synapse-worker-\($0)", wanted: 1, ready: 1, pods: 1)
            })
        let verdicts = (0..<12).map { SecretVerdict(name: "secret-number-\($0)", verdict: .inSync) }
        var new: [NewEntry] = []
        for round in 0..<Int64(30 * 24 * 120) {
            let moment = start.advanced(byMilliseconds: round * 30_000)
            let sites = ["dc1", "dc2", "dc3"]
            let report = CheckReport(
                results: [try result(.ok)],
                observations: sites.map { server($0, at: UInt64(round) * 4096 + 1) }
                    + sites.map { SiteObservation(site: $0, seen: .workloads(workloads)) }
                    + [SiteObservation(site: "dc1", seen: .service(status: 200, isServing: true))],
                comparisons: ["dc2", "dc3"].map { SecretsCompared(reference: "dc1", site: $0, verdicts: verdicts) })
            new += memory.events(of: report, at: moment).map { $0.entry(run: "", time: moment, actor: "watch") }
            guard new.count > 2000 else { continue }
            head = try await writer.append(new, expecting: head)
            new = []
        }
        head = try await writer.append(new, expecting: head)
        let size = try ["", "-wal"].map {
            (try FileManager.default.attributesOfItem(atPath: path + $0)[.size] as? Int) ?? 0
        }.reduce(0, +)
        #expect(size < 50_000_000, "\(size) bytes, \(head.sequence) entries")
        #expect(head.sequence > 25_000)
    }

    @Test("A split brain is told in its first round, and once")
    func urgent() throws {
        var memory = WatchMemory()
        let report = CheckReport(
            results: [try result(.failing, "postgres.split-brain"), try result(.failing, "replication.slot")])
        #expect(memory.alerts(of: report).map(\.result.id) == ["postgres.split-brain"])
        #expect(memory.alerts(of: report).map(\.result.id) == ["replication.slot"])
        #expect(memory.alerts(of: report) == [])
        #expect(memory.alerts(of: CheckReport(results: [])).count { $0.isOver } == 2)
    }

}

extension EventPayload {
    fileprivate var typeName: String { "\(Self.type)" }
}
