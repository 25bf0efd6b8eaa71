import FailoverModel
import Foundation

/// The `helm` program (3.14 or newer, or 4), called for one site's release.
///
/// Source: `helm help`; what it prints and how it fails was seen with Helm 3.17.
struct HelmProgram: Sendable {
    var release: ReleaseAtSite
    var chart: HelmChart
    /// The files with which the site serves.
    var values: [String]
    var environment: [String: String]

    /// The release as it is stored; `nil` where there is none of that name.
    func stored() async throws(Fault) -> HelmRelease? {
        let ended = try await call(["status", name, "--output", "json"])
        if ended.status != 0, ended.errors.contains("release: not found") { return nil }
        var release: HelmRelease = try decode(try succeeded(ended, "status"), "status")
        let metadata: Metadata = try decode(
            try succeeded(try await call(["get", "metadata", name, "--output", "json"]), "get metadata"), "get metadata"
        )
        release.chart = HelmRelease.Chart(name: metadata.chart, version: metadata.version)
        return release
    }

    /// What an upgrade would install: rendered for the site's own cluster, and nothing changed there.
    func rendered(_ overlay: StandbyOverlay?) async throws(Fault) -> HelmRelease {
        let words = ["upgrade"] + (try upgrade(overlay)) + ["--dry-run=client", "--output", "json"]
        let release: HelmRelease = try decode(
            try succeeded(try await call(words), "upgrade --dry-run"), "upgrade --dry-run")
        // Helm asks a registry for the version, and of a folder or an archive it takes what is there.
        if !chart.isRemote, let wanted = chart.version, let found = release.chart?.version, found != wanted {
            throw Fault(
                .invalid, "\(chart.reference) is version \(found), and the topology asks for \(wanted)",
                at: place("upgrade --dry-run"),
                next: "Put the chart of version \(wanted) there, or correct \"version\" below \"chart\"")
        }
        return release
    }

    func upgrade(_ overlay: StandbyOverlay?) async throws(Fault) {
        let words = ["upgrade"] + (try upgrade(overlay)) + ["--description", signature, "--output", "json"] + timeout
        _ = try succeeded(try await call(words), "upgrade")
    }

    /// Goes back to an earlier revision; also what frees a release that a killed Helm has left as pending.
    func rollback(to revision: Int64) async throws(Fault) {
        _ = try succeeded(try await call(["rollback", name, String(revision)] + timeout), "rollback")
    }

    /// The newest revision that was ever deployed; `nil` where none was.
    func lastDeployed() async throws(Fault) -> Int64? {
        let revisions: [Revision] = try decode(
            try succeeded(try await call(["history", name, "--output", "json"]), "history"), "history")
        return revisions.filter { ["deployed", "superseded"].contains($0.status) }.map(\.revision).max()
    }

    func manifest(of revision: Int64) async throws(Fault) -> String {
        try succeeded(try await call(["get", "manifest", name, "--revision", String(revision)]), "get manifest")
    }

    /// Refuses a program that is older than what is asked of it.
    func requireVersion() async throws(Fault) {
        let text = try succeeded(
            try await call(["version", "--template", "{{.Version}}"], isAboutRelease: false), "version")
        let version = VersionNumber(text.drop { $0 == "v" })
        guard let version, version >= VersionNumber(3, 14, 0) else {
            throw Fault(
                .invalid, "helm is of version \(text.onOneLine(limit: 40)), and 3.14 or newer is needed",
                at: place("version"),
                next: "Install a newer Helm, or name its path as \"program\" below \"chart\" in the topology")
        }
    }

    /// Whether a `helm` that the same step began is still at work on this machine, after its Handover was killed.
    var isAtWork: Bool {
        guard let key = environment[ProgramCall.keyVariable] else { return false }
        return ProgramCall.isRunning(key: key)
    }

    /// By which a revision of this step is recognised.
    var signature: String { "Handover: \(environment[ProgramCall.keyVariable] ?? "")" }

    var name: String { release.release.release }

    // MARK: Words

    var timeout: [String] { ["--timeout", "\(chart.timeoutMilliseconds)ms"] }

    /// The values of earlier upgrades are not taken over: they may hold a standby's zeros.
    private func upgrade(_ overlay: StandbyOverlay?) throws(Fault) -> [String] {
        var words = [name, chart.reference, "--reset-values"] + (try chart.registry.words(at: place("upgrade")))
        if let version = chart.version { words += ["--version", version] }
        for file in values { words += ["--values", file] }
        guard let overlay else { return words }
        for file in chart.standbyValues { words += ["--values", file] }
        return words + overlay.settings.flatMap { ["--set", $0] }
    }

    func call(_ words: [String], isAboutRelease: Bool = true) async throws(Fault) -> ProgramCall.Ended {
        var words = [chart.program] + words
        if isAboutRelease {
            words += ["--namespace", release.client.namespace]
            if let file = release.release.kubeconfig { words += ["--kubeconfig", file] }
            if let context = release.release.context { words += ["--kube-context", context] }
        }
        return try await ProgramCall(
            words: words, environment: environment, secrets: [], place: place(words[1]), kept: 64 * 1024 * 1024
        ).run()
    }

    func place(_ what: String) -> String { "\(release.place), helm \(what)" }

    func succeeded(_ ended: ProgramCall.Ended, _ what: String) throws(Fault) -> String {
        guard ended.status == 0 else { throw HelmFaults.fault(ended, at: place(what), release: name, chart: chart) }
        return ended.output
    }

    // MARK: Answers

    private struct Metadata: Decodable {
        var chart: String
        var version: String
    }

    private struct Revision: Decodable {
        var revision: Int64
        var status: String
    }

    func decode<Answer: Decodable>(_ text: String, _ what: String) throws(Fault) -> Answer {
        do { return try JSONDecoder().decode(Answer.self, from: Data(text.utf8)) } catch {
            throw Fault(
                .invalid, "its answer is not what Helm 3 and 4 print", at: place(what),
                next: "Check that \"program\" below \"chart\" in the topology is Helm")
        }
    }
}
