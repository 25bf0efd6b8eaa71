import FailoverModel
import Foundation

/// A release of its own: installed and uninstalled, where an ordinary one is only upgraded.
extension HelmProgram {
    /// The label of Helm's own storage by which a drill's release is known from its first moment on, before any revision of it
    /// has a description (Helm 3.13 or newer).
    static let drillLabel = "handover-drill"
    static let drillJournalLabel = "handover-drill-journal"

    /// What an installation would make; nothing is changed.
    func renderedAnew(_ overlay: StandbyOverlay?) async throws(Fault) -> HelmRelease {
        let words = ["install"] + (try installation(overlay)) + ["--dry-run=client", "--output", "json"]
        return try decode(try succeeded(try await call(words), "install --dry-run"), "install --dry-run")
    }

    func install(_ overlay: StandbyOverlay, for owner: DrillOwner) async throws(Fault) {
        let labels =
            "\(Self.drillLabel)=\(owner.run)" + (owner.journal.map { ",\(Self.drillJournalLabel)=\($0)" } ?? "")
        let words =
            ["install"] + (try installation(overlay))
            + ["--description", signature, "--labels", labels, "--output", "json"] + timeout
        _ = try succeeded(try await call(words), "install")
    }

    /// Nothing to do where there is no release of that name.
    func uninstall() async throws(Fault) {
        _ = try succeeded(try await call(["uninstall", name, "--ignore-not-found"] + timeout), "uninstall")
    }

    private func installation(_ overlay: StandbyOverlay?) throws(Fault) -> [String] {
        var words = [name, chart.reference] + (try chart.registry.words(at: place("install")))
        if let version = chart.version { words += ["--version", version] }
        for file in values { words += ["--values", file] }
        for setting in overlay?.settings ?? [] { words += ["--set", setting] }
        return words
    }
}
