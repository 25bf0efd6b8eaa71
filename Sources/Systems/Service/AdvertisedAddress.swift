import FailoverModel

/// The address that a site's SFU tells its clients: another site's would send every call there.
struct AdvertisedAddress: Sendable {
    let kubernetes: KubernetesAccess
    let topology: Topology
    let site: Topology.Site

    static let rule = "rtc-address-differs"
    private static let id = "rtc-address"
    private static let why = "calls go to the address that the SFU tells, whatever the names lead to"

    /// `nil` where the topology says nothing of it.
    func result() async -> ServiceResult? {
        guard let rtc = site.service?.rtc else { return nil }
        guard site.kubernetes != nil else {
            return .init(
                Self.id, .remark, "the SFU of \(site.name) cannot be seen without \"kubernetes\"", why: Self.why,
                fix: "Add \"kubernetes:\" to \(site.name)")
        }
        do throws(Fault) { return judge(try await look(), rtc.advertised) } catch {
            var result = ServiceResult(
                Self.id, error.kind == .forbidden ? .remark : .wrong,
                "the SFU's address at \(site.name) cannot be seen: \(error.what)", why: Self.why, fix: error.next)
            result.fault = error
            return result
        }
    }

    private enum Seen: Equatable {
        case none
        case discovered
        case set(String)
    }

    /// `NODE_IP` of the SFU's Deployment, which the chart sets from `matrixRTC.sfu.manualIP`.
    private func look() async throws(Fault) -> Seen {
        let release = try kubernetes.release(at: site.name)
        let path = APIPath(version: "apps/v1", namespace: release.client.namespace, resource: "deployments")
            .with("labelSelector", "app.kubernetes.io/component=matrix-rtc-voip-server")
        let found = try await release.client.list(path, of: SFUDeployment.self).filter { release.isOurs($0.metadata) }
        guard !found.isEmpty else { return .none }
        let pods = found.compactMap(\.spec.template?.spec)
        let variables = pods.flatMap { ($0.initContainers ?? []) + ($0.containers ?? []) }.flatMap { $0.env ?? [] }
        return variables.first { $0.name == "NODE_IP" && $0.value != nil }?.value.map(Seen.set) ?? .discovered
    }

    private func judge(_ seen: Seen, _ wanted: InternetAddress) -> ServiceResult {
        let fix = "Set matrixRTC.sfu.manualIP in the values of \(site.name) to \(wanted), and upgrade the release"
        switch seen {
        case .none:
            return .init(
                Self.id, .remark, "the release at \(site.name) has no SFU", why: Self.why,
                fix: "Remove \"rtc\" of \(site.name) from the topology, or install it")
        case .discovered:
            return .init(
                Self.id, .remark,
                "the SFU of \(site.name) finds its address by itself, so whether that is \(wanted) shows in its log only",
                why: Self.why, fix: fix)
        case .set(let text) where InternetAddress(text) == wanted:
            return .init(
                Self.id, .right, "the SFU of \(site.name) advertises \(wanted), its own address", why: Self.why)
        case .set(let text):
            let others = topology.sites.filter { $0.name != site.name }
            let owner = others.first { $0.service?.rtc.map { $0.advertised == InternetAddress(text) } == true }
            let whose = owner.map { "which is that of \($0.name)" } ?? "and its own is \(wanted)"
            return .init(
                Self.id, .lasting(rule: Self.rule),
                "the SFU of \(site.name) advertises \(text.onOneLine(limit: 60)), \(whose)", why: Self.why, fix: fix)
        }
    }
}

/// The parts of a Deployment (`apps/v1`) that say what its containers are told.
private struct SFUDeployment: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        struct Template: Decodable, Sendable { var spec: Pod? }
        var template: Template?
    }
    struct Pod: Decodable, Sendable {
        var initContainers: [Container]?
        var containers: [Container]?
    }
    struct Container: Decodable, Sendable {
        struct Variable: Decodable, Sendable {
            var name: String
            var value: String?
        }
        var env: [Variable]?
    }

    var metadata: ObjectMetadata
    var spec: Spec
}
