import FailoverModel
import Foundation

/// Whether the nodes of a site could have the images of the release when it is started there.
///
/// Proven where every node lists the image already and need not ask again, or where the registry answers for it to this machine with the
/// site's own pull secret. What the nodes themselves reach cannot be seen from here.
struct ImageChecks: Sendable {
    let release: ReleaseAtSite
    let registry: ImageRegistry
    /// Whether registries are asked; where not, what the nodes do not have is not judged.
    let asksRegistries: Bool

    private var site: String { release.site }

    static let check = Check(
        id: "kubernetes.images",
        why: "pods whose image cannot be pulled do not start, and registries fail on bad days too")
    private static let secrets = Check(
        id: "kubernetes.pull-secrets", why: "without its pull secret a node is not given a private image")

    private struct Wanted: Hashable {
        var image: ImageReference
        /// Whether it is asked for at every start: a moved tag is another image.
        var isAlwaysPulled: Bool
        var secrets: [String]
    }

    func results() async -> [CheckResult] {
        do throws(Fault) {
            let templates = try await release.templates()
            let (logins, results) = try await pullSecrets(of: templates)
            let wanted = Self.wanted(templates)
            let present = await presentOnAllNodes()
            let unproven = wanted.filter { $0.isAlwaysPulled || $0.image.names.isDisjoint(with: present) }
            guard asksRegistries || unproven.isEmpty else { return results }
            return results + [judged(wanted.count, unproven, await asked(unproven, logins))]
        } catch { return [Self.check.notSeen(site, error)] }
    }

    private static func wanted(_ templates: [TemplatedWorkload]) -> [Wanted] {
        let all = templates.flatMap { template -> [Wanted] in
            let secrets = (template.pod?.imagePullSecrets ?? []).compactMap(\.name)
            let containers = (template.pod?.initContainers ?? []) + (template.pod?.containers ?? [])
            return containers.compactMap { container in
                guard let image = container.image.flatMap(ImageReference.init) else { return nil }
                let isLatest = !image.isDigest && image.version == "latest"
                let policy = container.imagePullPolicy ?? (isLatest ? "Always" : "IfNotPresent")
                return Wanted(image: image, isAlwaysPulled: policy == "Always", secrets: secrets)
            }
        }
        return Set(all).sorted { ($0.image.text, $0.secrets.count) < ($1.image.text, $1.secrets.count) }
    }

    /// A node lists the largest fifty; where nodes may not be seen, none is known.
    private func presentOnAllNodes() async -> Set<String> {
        let path = APIPath(version: "v1", namespace: nil, resource: "nodes")
        guard let nodes = try? await release.client.list(path, of: NodeObject.self) else { return [] }
        let lists = nodes.filter(\.takesPods).map { Set(($0.status?.images ?? []).flatMap { $0.names ?? [] }) }
        guard var common = lists.first else { return [] }
        for list in lists.dropFirst() { common.formIntersection(list) }
        return common
    }

    private func asked(_ wanted: [Wanted], _ logins: [String: [String: RegistryLogin]]) async -> [Fault] {
        await withTaskGroup(of: Fault?.self) { group in
            for entry in wanted {
                let login = entry.secrets.lazy.compactMap { logins[$0] }
                    .compactMap { found in entry.image.keys.lazy.compactMap { found[$0] }.first }.first
                group.addTask { [registry] in
                    do throws(Fault) {
                        try await registry.has(entry.image, login)
                        return nil
                    } catch { return error }
                }
            }
            var faults: [Fault] = []
            for await fault in group { if let fault { faults.append(fault) } }
            return faults.sorted { ($0.place, $0.what) < ($1.place, $1.what) }
        }
    }

    private func judged(_ count: Int, _ unproven: [Wanted], _ faults: [Fault]) -> CheckResult {
        let answers = faults.filter { $0.kind == .forbidden || $0.kind == .rejected }
        func list(_ faults: [Fault]) -> String {
            Set(faults.map { "\($0.place): \($0.what)" }).sorted().prefix(4).joined(separator: "; ")
        }
        if let first = answers.first { return Self.check.failing(site, list(answers), fix: first.next) }
        let tags = unproven.filter { $0.isAlwaysPulled && !$0.image.isDigest }.count
        let again = tags == 0 ? "" : "; \(tags) are asked for again at every start (tag, imagePullPolicy Always)"
        guard faults.isEmpty else {
            return Self.check.warning(
                site, "not proven for \(faults.count) of \(count) images: \(list(faults))\(again)",
                fix: "Have them on the nodes or in a registry at \(site), by digest: then a failover needs nobody else")
        }
        let way = unproven.isEmpty ? "on all nodes" : "on all nodes, or in a registry that answers"
        return Self.check.ok(site, "the \(count) images are \(way)\(again)")
    }

    // MARK: Pull secrets

    private func pullSecrets(
        of templates: [TemplatedWorkload]
    ) async throws(Fault) -> (logins: [String: [String: RegistryLogin]], results: [CheckResult]) {
        let names = Set(templates.flatMap { $0.pod?.imagePullSecrets ?? [] }.compactMap(\.name)).sorted()
        var logins: [String: [String: RegistryLogin]] = [:]
        var wrong: [String] = []
        for name in names {
            let path = APIPath(version: "v1", namespace: release.client.namespace, resource: "secrets", name: name)
            guard let secret = try await release.client.get(path, as: PullSecret.self) else {
                wrong.append("\(name) is not there")
                continue
            }
            guard let data = secret.data?[".dockerconfigjson"], let found = RegistryLogin.all(in: data) else {
                wrong.append("\(name) is no kubernetes.io/dockerconfigjson that can be read")
                continue
            }
            logins[name] = found
        }
        guard !names.isEmpty else { return ([:], []) }
        return (
            logins,
            [
                wrong.isEmpty
                    ? Self.secrets.ok(site, "\(names.joined(separator: ", ")) can be read")
                    : Self.secrets.failing(
                        site, wrong.joined(separator: "; "),
                        fix: "Copy it: handover secrets sync, or kubectl create secret "
                            + "docker-registry")
            ]
        )
    }

    private struct PullSecret: Decodable, Sendable {
        var data: [String: Data]?
    }
}
