import FailoverModel
import HandoverTestSupport
import Systems
import Testing

@testable import HandoverCommands

@Suite("The metrics of watch")
struct MetricsTextTests {
    private func result(_ id: String, _ site: String, _ verdict: CheckVerdict) -> CheckResult {
        CheckResult(id: id, site: site, verdict: verdict, seen: "", why: "", fix: "")
    }

    @Test func `each check of a site is there once, with its worst verdict`() {
        let results = [
            result("replication.lag", "dc2", .ok), result("replication.lag", "dc2", .failing),
            result("replication.lag", "dc3", .warning), result("a\"b\\\n", "dc1", .unknown),
        ]
        let text = MetricsText(
            CheckReport(results: results), at: Moment(microseconds: 1_700_000_000_000_042), rounds: 3
        ).text
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
        #expect(
            samples == [
                #"handover_check{id="a\"b\\\n",site="dc1",verdict="unknown"} 1"#,
                #"handover_check{id="replication.lag",site="dc2",verdict="failing"} 1"#,
                #"handover_check{id="replication.lag",site="dc3",verdict="warning"} 1"#,
                "handover_last_round_timestamp_seconds 1700000000.000042", "handover_rounds 3",
            ])
        #expect(text.hasSuffix("\n"))
    }

    @Test func `split brains and debts have their own series, 0 while there is none`() {
        var server = EventSamples.postgres
        server.isInRecovery = false
        server.synchronousStandbyNames = ""
        func text(_ sites: [String]) -> String {
            let report = CheckReport(
                observations: sites.map { SiteObservation(site: $0, cluster: "main", seen: .postgres(server)) })
            let brains = SplitBrain.find(
                in: report.observations.compactMap(\.databaseLook), serving: JournalProjections().serving)
            return MetricsText(
                report, at: Moment(microseconds: 0), rounds: 1, splitBrains: brains, owed: [("dc1", 2), ("dc2", 0)],
                drills: [("dc2", Moment(microseconds: 1_700_000_000_000_000))]
            ).text
        }
        #expect(text(["dc1"]).contains(#"handover_split_brain{cluster="main"} 0"#))
        #expect(text(["dc1", "dc2"]).contains(#"handover_split_brain{cluster="main"} 1"#))
        #expect(text(["dc1"]).contains(#"handover_owed_steps{site="dc1"} 2"#))
        #expect(text(["dc1"]).contains(#"handover_owed_steps{site="dc2"} 0"#))
        #expect(
            text(["dc1"]).contains(#"handover_last_good_drill_timestamp_seconds{site="dc2"} 1700000000.000000"#))
    }

    @Test func `a database that was fenced is no primary`() {
        var server = EventSamples.postgres
        server.isInRecovery = false
        func role() -> Substring? {
            let seen = SiteObservation(site: "dc1", cluster: "main", seen: .postgres(server))
            let text = MetricsText(CheckReport(observations: [seen]), at: Moment(microseconds: 0), rounds: 1).text
            return text.firstMatch(of: /handover_postgres_position_bytes{site="dc1",cluster="main",role="(\w+)"}/)?.1
        }
        (server.isReadOnlyByDefault, server.synchronousStandbyNames) = (false, "")
        #expect(role() == "primary")
        (server.isReadOnlyByDefault, server.synchronousStandbyNames) = (true, PostgresObservation.fenceStandbyName)
        #expect(role() == "fenced")
        server.isInRecovery = true
        #expect(role() == "standby")
    }

    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1", 9464), ("[::1]:80", "::1", 80), ("localhost:65535", "localhost", 65_535),
    ])
    func `an address is a host and a port`(text: String, host: String, port: Int) {
        let address = MetricsServer.Address(text)
        #expect(address?.host == host && address?.port == port)
    }

    @Test(arguments: ["", "9464", ":9464", "host:", "host:0", "host:65536", "ho st:1", "host:1x"])
    func `what is none is refused`(text: String) {
        #expect(MetricsServer.Address(text) == nil)
    }
}
