import FailoverModel

/// Holds the key that a server publishes against the one that the site which served signs with.
struct PublishedKey: Sendable {
    let inspection: ServiceInspection
    let item: AcceptanceItem
    let answer: JSONValue

    static let rule = "server-key-differs"

    func result() async -> ServiceResult {
        let published = ServerKeys(publishedIn: answer)
        do throws(Fault) {
            guard let (keys, whose) = try await right() else {
                return .init(
                    item, .remark,
                    "publishes \(published.fingerprints), which is compared with nothing: there is no \(SecretObject.signingKeyName) to derive it from",
                    fix: "Compare it with what the other sites publish, or give the sites \"kubernetes\"")
            }
            guard keys.isPublished(in: published) else {
                return .init(
                    item, .lasting(rule: Self.rule),
                    "publishes \(published.fingerprints), and \(whose) signs with \(keys.fingerprints): no other server "
                        + "would believe this one",
                    fix: "See which Secret Synapse was started with; handover secrets status")
            }
            guard keys.haveSigned(answer, as: answer["server_name"]?.text ?? "") else {
                return .init(
                    item, .wrong, "publishes the right key, and its answer is not signed by it",
                    fix: "See what answers there, and whether something on the way changes answers")
            }
            return .init(item, .right, "publishes \(published.fingerprints), derived from the signing key of \(whose)")
        } catch {
            return .init(
                item, .wrong, "cannot be compared: \(error.place): \(error.what)", fix: error.next)
        }
    }

    /// The keys of the site that served, or of this one where that does not answer; and whose they are.
    private func right() async throws(Fault) -> (ServerKeys, String)? {
        let (site, source, access) = (inspection.site.name, inspection.source, inspection.access)
        var away = ""
        if source != site, inspection.topology.site(named: source)?.kubernetes != nil {
            do throws(Fault) {
                if let keys = try await access.serverKeys(of: source) { return (keys, source) }
                away = " (\(source) has none)"
            } catch {
                guard error.kind == .unreachable || error.kind == .unavailable || error.kind == .uncertain else {
                    throw error
                }
                away = " (\(source) does not answer; \(lastProven()))"
            }
        }
        guard inspection.topology.site(named: site)?.kubernetes != nil else { return nil }
        return try await access.serverKeys(of: site).map { ($0, site + away) }
    }

    private func lastProven() -> String {
        if inspection.isProven { return "this run has proven its Secrets equal" }
        let site = inspection.site.name
        guard let release = inspection.topology.site(named: site)?.kubernetes?.release,
            let at = inspection.recorded.secretsInSync["\(site)|\(ChartSecrets.generated(release: release))"]
        else { return "its Secrets were never proven equal" }
        return "its Secrets were last proven equal at \(at.description.prefix(19))Z"
    }
}
