import FailoverModel

/// The checks of a release's workloads as their templates have them: probes, budgets, replicas, and who else has them in hand.
struct WorkloadChecks: Sendable {
    let release: ReleaseAtSite
    let intended: [String: Int64]
    /// The templates of the site that serves, to compare images with; empty where they are not known, and at that site.
    let reference: [TemplatedWorkload]
    let serving: String?

    private var site: String { release.site }

    private static let probes = Check(
        id: "kubernetes.probes", why: "without its probes a container that hangs takes users, and is never restarted")
    static let budgets = Check(
        id: "kubernetes.budgets", why: "a drained node takes all copies with it, or cannot be drained at all")
    private static let replicas = Check(
        id: "kubernetes.haproxy", why: "every request goes through HAProxy, and one copy is one node from an outage")
    private static let owner = Check(
        id: "kubernetes.owner", why: "what makes workloads as it wants them starts again what a failover has stopped")
    private static let images = Check(
        id: "kubernetes.same-images",
        why: "a newer image migrates the database when it starts, and an older one refuses it")

    func results() async -> [CheckResult] {
        do throws(Fault) {
            let templates = try await release.templates()
            guard !templates.isEmpty else { return [] }
            return [probes(templates), owner(templates)] + haproxy(templates) + sameImages(templates)
                + [await budgets(templates)]
        } catch { return [Self.probes.notSeen(site, error)] }
    }

    private func probes(_ templates: [TemplatedWorkload]) -> CheckResult {
        let bare = templates.flatMap { template in
            (template.pod?.containers ?? []).compactMap { container -> String? in
                let missing = [
                    container.readinessProbe == nil ? "readiness" : nil,
                    container.livenessProbe == nil ? "liveness" : nil,
                ].compactMap(\.self)
                guard !missing.isEmpty else { return nil }
                return "\(template.metadata.name)/\(container.name) (\(missing.joined(separator: ", ")))"
            }
        }
        return bare.isEmpty
            ? Self.probes.ok(site, "every container has a readiness and a liveness probe")
            : Self.probes.warning(
                site, "without a probe: \(Self.list(bare))", fix: "Add the probes in the values of the chart")
    }

    /// Helm and GitOps are seen by their marks; an operator by its name on the object.
    private func owner(_ templates: [TemplatedWorkload]) -> CheckResult {
        let owned = templates.compactMap { template in
            template.metadata.controller.map { "\(template.metadata.name) (\($0.kind) \($0.name))" }
        }
        return owned.isEmpty
            ? Self.owner.ok(site, "no operator has the workloads in hand")
            : Self.owner.warning(
                site, "an operator has in hand: \(Self.list(owned))",
                fix: "Know how to stop them through it: a step program.run or kubernetes.apply that changes its object")
    }

    private func haproxy(_ templates: [TemplatedWorkload]) -> [CheckResult] {
        let found = templates.filter {
            $0.metadata.labels?["app.kubernetes.io/component"] == "matrix-stack-ingress"
                || $0.metadata.name == "\(release.release.release)-haproxy"
        }
        return found.map { template in
            let count = count(of: template)
            return count > 1
                ? Self.replicas.ok(site, "\(template.metadata.name) has \(count) replicas when \(site) serves")
                : Self.replicas.warning(
                    site, "\(template.metadata.name) has \(count) replica when \(site) serves",
                    fix: "Set haproxy.replicas to 2 or more in the values")
        }
    }

    /// At the site that serves what is there counts, elsewhere what is to be.
    private func count(of template: TemplatedWorkload) -> Int64 {
        site == serving ? template.spec.replicas ?? 1 : intended[template.metadata.name] ?? template.spec.replicas ?? 1
    }

    private func sameImages(_ templates: [TemplatedWorkload]) -> [CheckResult] {
        guard let serving, site != serving, !reference.isEmpty else { return [] }
        let differences = templates.compactMap { template -> String? in
            guard let other = reference.first(where: { $0.metadata.name == template.metadata.name }) else { return nil }
            let (here, there) = (template.pod?.images ?? [], other.pod?.images ?? [])
            guard here != there else { return nil }
            return "\(template.metadata.name) has \(Self.list(here)), and \(Self.list(there)) at \(serving)"
        }
        return [
            differences.isEmpty
                ? Self.images.ok(site, "\(site) has the images of \(serving)")
                : Self.images.failing(
                    site, differences.joined(separator: "; ").onOneLine(limit: 600),
                    fix: "Upgrade the release at \(site) to the chart version and images of \(serving)")
        ]
    }

    private func budgets(_ templates: [TemplatedWorkload]) async -> CheckResult {
        let budgets: [BudgetObject]
        do throws(Fault) {
            budgets = try await release.client.list(
                APIPath(version: "policy/v1", namespace: release.client.namespace, resource: "poddisruptionbudgets"),
                of: BudgetObject.self)
        } catch { return Self.budgets.notSeen(site, error) }
        var problems: [String] = []
        for template in templates {
            let count = count(of: template)
            let own = budgets.filter { $0.spec?.selector?.selects(template.podLabels) ?? false }
            if count > 1, own.isEmpty {
                problems.append("\(template.metadata.name) has \(count) replicas and no budget")
            }
            for budget in own where count > 0 && budget.spec?.letsGo(of: count) == 0 {
                problems.append(
                    "\(budget.metadata.name) lets no pod of \(template.metadata.name) go, so its node cannot be drained"
                )
            }
        }
        return problems.isEmpty
            ? Self.budgets.ok(
                site, "what has more than one replica has a budget, and none keeps a node from being drained")
            : Self.budgets.warning(
                site, Self.list(problems),
                fix:
                    "Add a PodDisruptionBudget with maxUnavailable: 1 for what runs more than once, and none for a single"
            )
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ").onOneLine(limit: 500)
            + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}

/// A PodDisruptionBudget (`policy/v1`).
private struct BudgetObject: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        var selector: LabelSelector?
        var minAvailable: Share?
        var maxUnavailable: Share?

        /// How many of so many pods may go at once.
        func letsGo(of count: Int64) -> Int64 {
            if let maxUnavailable { return maxUnavailable.of(count) }
            return max(0, count - (minAvailable?.of(count) ?? 0))
        }
    }
    var metadata: ObjectMetadata
    var spec: Spec?
}

/// A number, or a part in percent, which Kubernetes rounds up.
private struct Share: Decodable, Sendable {
    var number: Int64?
    var percent: Int64?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        number = try? container.decode(Int64.self)
        if number == nil, let text = try? container.decode(String.self) { percent = Int64(text.prefix { $0 != "%" }) }
    }

    func of(_ count: Int64) -> Int64 { number ?? (count * (percent ?? 0) + 99) / 100 }
}
