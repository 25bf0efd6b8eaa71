import FailoverModel
import Foundation

/// The checks of a site's cluster itself: its API server and etcd, its clock, nodes, storage and way in.
struct ClusterChecks: Sendable {
    let release: ReleaseAtSite
    /// How many of each workload are to run here when the site serves, by name.
    let intended: [String: Int64]
    let now: @Sendable () -> Moment

    private var site: String { release.site }
    private var client: KubernetesClient { release.client }

    static let healthy = Check(
        id: "kubernetes.healthy", why: "an API server that is not ready, or has lost etcd, carries out nothing")
    private static let clock = Check(
        id: "kubernetes.clock", why: "certificates and tokens are judged by the cluster's clock, and events told by it")
    private static let storage = Check(
        id: "kubernetes.storage", why: "a pod whose volume cannot be had never starts")
    private static let ingress = Check(
        id: "ingress.controller", why: "users come in through the ingress controller of the site that serves")

    func parts(within limit: Duration) -> [CheckPart] {
        [
            CheckPart(Self.healthy, at: site, within: limit) { await health() },
            CheckPart(NodeChecks.ready, at: site, within: limit) { await nodes() },
            CheckPart(Self.storage, at: site, within: limit) { [await storage()] },
            CheckPart(Self.ingress, at: site, within: limit) { [await ingress()] },
        ]
    }

    // MARK: The API server

    /// `/readyz?verbose` names each part; the server's time is in the answer's Date (RFC 9110 §6.6.1), to the second.
    private func health() async -> [CheckResult] {
        do throws(Fault) {
            let begun = now()
            let answer = try await client.answer(APIPath("readyz").with("verbose", "true"))
            return [Self.judged(answer, site)] + clock(answer, begun, now())
        } catch { return [Self.healthy.unseen(site, error)] }
    }

    private static func judged(_ answer: HTTPResponse, _ site: String) -> CheckResult {
        let text = String(decoding: answer.body.prefix(16_384), as: UTF8.self)
        let bad = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("[-]") }
            .map { String($0.dropFirst(3).prefix { $0 != " " }).onOneLine(limit: 60) }
        switch answer.status {
        case 200 where bad.isEmpty:
            let etcd = text.contains("[+]etcd ok") ? ", and so is etcd" : ""
            return healthy.ok(site, "the API server of \(site) is ready\(etcd)")
        case 401, 403:
            return healthy.warning(
                site, "the user may not ask the API server whether it is ready",
                fix: "Bind the ClusterRole system:public-info-viewer to the kubeconfig's user")
        case 404: return healthy.ok(site, "the API server of \(site) answers, and has no /readyz")
        default:
            return healthy.failing(
                site,
                "the API server of \(site) is not ready: "
                    + (bad.isEmpty ? "status \(answer.status)" : bad.joined(separator: ", ")),
                fix: "kubectl get --raw '/readyz?verbose' there; for etcd: etcdctl endpoint health --cluster")
        }
    }

    private func clock(_ answer: HTTPResponse, _ begun: Moment, _ ended: Moment) -> [CheckResult] {
        guard let text = answer.headers["Date"], let time = HTTPDate.moment(text) else { return [] }
        return [ClockSkew(time, begun, ended, wholeSeconds: true).result(Self.clock, site, "the API server of \(site)")]
    }

    // MARK: Nodes

    private func nodes() async -> [CheckResult] {
        let nodes: [NodeObject]
        do throws(Fault) {
            nodes = try await client.list(
                APIPath(version: "v1", namespace: nil, resource: "nodes"), of: NodeObject.self)
        } catch { return [NodeChecks.ready.notSeen(site, error)] }
        let results = NodeChecks(site: site, nodes: nodes).results()
        do throws(Fault) {
            let pods = try await client.list(
                APIPath(version: "v1", namespace: nil, resource: "pods"), of: RoomForRelease.Pod.self)
            let wanted = try await release.templates().map { ($0, intended[$0.metadata.name] ?? 1) }
            return results + [room(RoomForRelease(nodes: nodes, pods: pods, wanted: wanted).homeless, wanted.count)]
        } catch { return results + [NodeChecks.capacity.notSeen(site, error)] }
    }

    private func room(_ homeless: [String], _ workloads: Int) -> CheckResult {
        guard !homeless.isEmpty else {
            return NodeChecks.capacity.ok(site, "the pods of all \(workloads) workloads would fit onto the nodes")
        }
        let names = Set(homeless).sorted().map { name in
            let count = homeless.count { $0 == name }
            return count == 1 ? name : "\(name) (\(count) pods)"
        }
        return NodeChecks.capacity.failing(
            site, "no node of \(site) has room for \(names.joined(separator: ", "))",
            fix: "Add nodes, make room, or mend taints and selectors: requests of cpu and memory are counted")
    }

    // MARK: Storage

    private func storage() async -> CheckResult {
        do throws(Fault) {
            let templates = try await release.templates()
            let classes = try await client.list(
                APIPath(version: "storage.k8s.io/v1", namespace: nil, resource: "storageclasses"), of: ClassObject.self)
            var wrong: [String] = []
            var right = 0
            for template in templates {
                for claim in template.spec.volumeClaimTemplates ?? [] {
                    let words = "\(template.metadata.name) (\(claim.metadata.name))"
                    note(Self.wrong(claim.spec?.storageClassName, classes), of: words, &wrong, &right)
                }
                for name in (template.pod?.volumes ?? []).compactMap(\.persistentVolumeClaim?.claimName) {
                    let path = APIPath(
                        version: "v1", namespace: client.namespace, resource: "persistentvolumeclaims", name: name)
                    guard let claim = try await client.get(path, as: ClaimObject.self) else {
                        wrong.append("\(name), which \(template.metadata.name) mounts, is not there")
                        continue
                    }
                    note(
                        claim.isBound
                            ? nil
                            : Self.wrong(claim.spec?.storageClassName, classes)
                                ?? claim.wait(classes), of: name, &wrong, &right)
                }
            }
            return wrong.isEmpty
                ? Self.storage.ok(site, right == 0 ? "the release wants no volume" : "\(right) volumes can be had")
                : Self.storage.failing(
                    site, wrong.joined(separator: "; "),
                    fix: "kubectl get storageclass,pvc at \(site), and make what lacks")
        } catch { return Self.storage.notSeen(site, error) }
    }

    private func note(_ problem: String?, of name: String, _ wrong: inout [String], _ right: inout Int) {
        if let problem { wrong.append("\(name): \(problem)") } else { right += 1 }
    }

    private static func wrong(_ name: String?, _ classes: [ClassObject]) -> String? {
        // An empty name asks for a volume that a person has made.
        if name?.isEmpty == true { return nil }
        if let name {
            return classes.contains { $0.metadata.name == name }
                ? nil : "there is no storage class \(name.onOneLine(limit: 60))"
        }
        return classes.contains(where: \.isDefault) ? nil : "no storage class is named, and none is the default"
    }

    private struct ClassObject: Decodable, Sendable {
        var metadata: ObjectMetadata
        /// Of a StorageClass: `WaitForFirstConsumer` leaves a claim pending until a pod wants it.
        var volumeBindingMode: String?
        var isDefault: Bool {
            ["storageclass.kubernetes.io/is-default-class", "ingressclass.kubernetes.io/is-default-class"].contains {
                metadata.annotations?[$0] == "true"
            }
        }
    }

    private struct ClaimObject: Decodable, Sendable {
        struct Spec: Decodable, Sendable { var storageClassName: String? }
        struct Status: Decodable, Sendable { var phase: String? }
        var spec: Spec?
        var status: Status?
        var isBound: Bool { status?.phase == "Bound" }

        func wait(_ classes: [ClassObject]) -> String? {
            let own = classes.first { $0.metadata.name == spec?.storageClassName }
            return own?.volumeBindingMode == "WaitForFirstConsumer" ? nil : "it is \(status?.phase ?? "not bound")"
        }
    }

    // MARK: The way in

    /// Controllers are told by the labels that their charts give them.
    private static let controllers: Set<String> = [
        "ingress-nginx", "nginx-ingress", "traefik", "haproxy-ingress", "kubernetes-ingress", "contour", "envoy",
        "kong",
        "ingress", "emissary-ingress", "apisix-ingress-controller", "istio-ingressgateway", "rke2-ingress-nginx",
    ]

    private func ingress() async -> CheckResult {
        do throws(Fault) {
            let path = APIPath(version: "networking.k8s.io/v1", namespace: client.namespace, resource: "ingresses")
            let ingresses = try await client.list(path, of: IngressOfClass.self).filter { release.isOurs($0.metadata) }
            let classes = try await client.list(
                APIPath(version: "networking.k8s.io/v1", namespace: nil, resource: "ingressclasses"),
                of: ClassObject.self)
            let names = Set(classes.map(\.metadata.name))
            let missing = Set(ingresses.compactMap { $0.spec?.ingressClassName }).subtracting(names).sorted()
            guard missing.isEmpty else {
                return Self.ingress.failing(
                    site,
                    "the release's Ingresses are of a class that is not there: \(missing.joined(separator: ", "))",
                    fix: "Install that ingress controller at \(site), or correct the class in its values")
            }
            if !ingresses.isEmpty, !classes.isEmpty, !classes.contains(where: \.isDefault),
                ingresses.contains(where: { $0.isWithoutClass })
            {
                return Self.ingress.warning(
                    site, "the release's Ingresses name no class, and no class is the default",
                    fix: "Name ingressClassName in the values, or make one the default")
            }
            return try await controller()
        } catch { return Self.ingress.notSeen(site, error) }
    }

    private func controller() async throws(Fault) -> CheckResult {
        let deployments = try await client.list(
            APIPath(version: "apps/v1", namespace: nil, resource: "deployments"), of: WorkloadObject.self
        ).filter { Self.isController($0.metadata) }
        let daemons = try await client.list(
            APIPath(version: "apps/v1", namespace: nil, resource: "daemonsets"), of: WorkloadObject.self
        ).filter { Self.isController($0.metadata) }
        guard !deployments.isEmpty || !daemons.isEmpty else {
            return Self.ingress.warning(
                site, "no ingress controller was recognised in the cluster",
                fix: "See what leads users in at \(site), and that it runs twice; known by app.kubernetes.io/name: "
                    + Self.controllers.sorted().prefix(5).joined(separator: ", ") + ", …")
        }
        let few = deployments.filter { ($0.status?.readyReplicas ?? 0) < 2 }
            .map { "\($0.metadata.name) \($0.status?.readyReplicas ?? 0)" }
        return few.isEmpty || !daemons.isEmpty
            ? Self.ingress.ok(
                site, "\((deployments + daemons).map(\.metadata.name).joined(separator: ", ")) runs more than once")
            : Self.ingress.warning(
                site, "ready pods of the ingress controller: \(few.joined(separator: ", "))",
                fix: "Give it at least 2 replicas, on different nodes")
    }

    private static func isController(_ metadata: ObjectMetadata) -> Bool {
        let labels = metadata.labels ?? [:]
        guard let name = labels["app.kubernetes.io/name"], controllers.contains(name) else { return false }
        return !["default-backend", "webhook", "admission-webhook"].contains(labels["app.kubernetes.io/component"])
    }

    private struct IngressOfClass: Decodable, Sendable {
        struct Spec: Decodable, Sendable { var ingressClassName: String? }
        var metadata: ObjectMetadata
        var spec: Spec?
        var isWithoutClass: Bool {
            spec?.ingressClassName == nil && metadata.annotations?["kubernetes.io/ingress.class"] == nil
        }
    }
}
