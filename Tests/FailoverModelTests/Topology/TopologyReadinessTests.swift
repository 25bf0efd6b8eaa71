import Testing

@testable import FailoverModel

@Suite("Decoding the checks of a topology")
struct TopologyReadinessTests {
    private func decode(_ checks: String) throws(Diagnostics) -> Topology {
        let server = "{host: HOST, user: h, replication: {user: r, passwordFileOnServer: /p}}"
        let sites = ["dc1", "dc2"].map {
            "  \($0): {postgres: {main: \(server.replacing("HOST", with: "db.\($0)"))}}\n"
        }
        let text = "name: t\nchecks: {\(checks)}\nsites:\n\(sites.joined())"
        return try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
    }

    @Test func `what may be left out has its default`() throws {
        #expect(try decode("").checks == ReadinessSettings())
        let most = try decode(
            """
            timeLimit: 5s, mediaArriveWithin: 2m, drills: {oldest: 90d}, backups: {main: {driver: pgbackrest, stanza: s, oldest: 26h}}, \
            consistency: {main: {database: synapse, tables: [users], inEveryCheck: true}}
            """)
        #expect(
            most.checks
                == ReadinessSettings(
                    backups: [
                        BackupSource(
                            cluster: "main", driver: .pgBackRest(program: ["pgbackrest"], stanza: "s"),
                            oldestMilliseconds: 93_600_000)
                    ],
                    comparisons: [
                        ComparedTables(cluster: "main", database: "synapse", tables: ["users"], inEveryCheck: true)
                    ], mediaArriveWithinMilliseconds: 120_000, timeLimitMilliseconds: 5000,
                    oldestDrillMilliseconds: 7_776_000_000))
    }

    @Test(arguments: [
        ("backups: {other: {driver: archiver, oldest: 1h}}", "names the cluster \"other\", which no site has"),
        ("backups: {main: {driver: archiver}}", "has no \"oldest\""),
        ("backups: {main: {driver: tape, oldest: 1h}}", "pgbackrest, archiver or program"),
        ("backups: {main: {driver: archiver, stanza: s, oldest: 1h}}", "means nothing for the driver archiver"),
        ("backups: {main: {driver: program, oldest: 1h}}", "has no \"program\""),
        ("consistency: {main: {database: d, tables: []}}", "names no table"),
        ("drills: {}", "has no \"oldest\""), ("drills: {oldest: 1s}", "from 1h to 3650d"),
        ("timeLimit: 1ms", "timeLimit"), ("colour: red", "colour"),
    ])
    func `what is wrong is said`(checks: String, expected: String) {
        do throws(Diagnostics) {
            _ = try decode(checks)
            Issue.record("\(checks) was taken")
        } catch {
            #expect(error.items.contains { $0.description.contains(expected) }, "\(error.items.map(\.description))")
        }
    }
}
