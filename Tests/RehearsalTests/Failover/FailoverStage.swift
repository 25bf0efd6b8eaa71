import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Rehearsal

/// A rehearsal with a writer at work, and `handover` as a person types it.
struct FailoverStage: Sendable {
    let stage: RehearsalStage
    let folder: String
    var journal: String { folder + "/journal.sqlite" }

    /// `handover`, but it kills itself at the boundary it is told.
    static var killedHandover: String {
        get throws { try String(Handover.path.dropLast("handover".count)) + "killed-handover" }
    }
    static let runbook = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../runbooks/ess-failover.yaml").standardized.path

    /// With programs, those that are installed: Helm for the releases, PowerDNS for the names, moto for the media.
    static func with(
        programs withPrograms: Bool = false, sites: [String] = ["dc1", "dc2", "dc3"],
        _ body: (FailoverStage) async throws -> Void
    ) async throws {
        try await with(
            RehearsalPlan(
                siteNames: sites, executable: try Handover.path, programs: withPrograms ? .found : InstalledPrograms(),
                hasFirewalls: withPrograms)
        ) {
            try await $0.startWriter()
            try await body($0)
        }
    }

    /// With every site's PostgreSQL in a StatefulSet.
    static func withStatefulSets(_ body: (FailoverStage) async throws -> Void) async throws {
        try await with(
            RehearsalPlan(podStartDelay: .milliseconds(50), executable: try Handover.path, hasStatefulSets: true)
        ) {
            try await $0.startWriter()
            try await body($0)
        }
    }

    /// With the names on BIND and an external-dns at the site that serves, and without a writer.
    static func withExternalDNS(_ body: (FailoverStage) async throws -> Void) async throws {
        let programs = try InstalledPrograms.found.withBIND()
        try await with(
            RehearsalPlan(executable: try Handover.path, programs: programs, hasExternalDNS: true), body)
    }

    /// With a real Synapse, and without a writer.
    static func withSynapse(isSynchronous: Bool, _ body: (FailoverStage) async throws -> Void) async throws {
        let programs = try InstalledPrograms.found.withSynapse()
        try await with(
            RehearsalPlan(isSynchronous: isSynchronous, executable: try Handover.path, programs: programs), body)
    }

    private static func with(
        _ plan: RehearsalPlan, _ body: (FailoverStage) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "handover-failover-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let stage = RehearsalStage(directory: folder + "/rehearsal")
        do {
            _ = try await stage.up(plan) { _ in }
            try await body(FailoverStage(stage: stage, folder: folder))
        } catch {
            try? await stage.down()
            throw error
        }
        try await stage.down()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func startWriter() async throws {
        let count = stage.acknowledgements().count
        try stage.startWriter()
        try await until("the writer is at work") { stage.acknowledgements().count > count + 60 }
    }

    func start(_ words: [String], killAt boundary: String? = nil) throws -> ChildProgram {
        try ChildProgram.start(
            boundary == nil ? Handover.path : Self.killedHandover,
            words + ["--journal", journal, "--topology", stage.topologyPath, "--actor", "ada"],
            environment: boundary.map { ["HANDOVER_KILL_AT": $0] } ?? [:])
    }

    func handover(_ words: String..., killAt boundary: String? = nil) async throws -> ChildProgram.Ending {
        await (try start(words, killAt: boundary)).end()
    }

    func failOver(killAt boundary: String? = nil) async throws -> ChildProgram.Ending {
        try await handover("run", Self.runbook, "--from", "dc1", "--to", "dc2", "--yes", killAt: boundary)
    }

    /// The run's events, read from the file.
    func events() throws -> [Event] { try JournalReader(path: journal).entries(after: 0).map { try Event($0) } }

    func json(_ words: String...) async throws -> [String: Any] {
        let ending = await (try start(words + ["--json"])).end()
        return (try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any]) ?? [:]
    }

    /// Roles by site, as `handover rehearsal status` sees the real servers.
    func roles() async throws -> [String: String] {
        var roles: [String: String] = [:]
        for site in try await stage.status().sites { roles[site.name] = site.role }
        return roles
    }
}
