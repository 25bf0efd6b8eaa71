import FailoverModel
import Foundation

/// The way to the hosts of the database servers.
package struct DatabaseHosts: Sendable {
    private let variable: @Sendable (String) -> String?
    private let patience: Duration

    /// `variable` gives the environment of Handover itself, of which `ssh` and the like get what they need. `patience` is
    /// how long a Job may stand in the way of itself (no image, no node) before it is given up.
    package init(
        patience: Duration = .seconds(45),
        variable: @escaping @Sendable (String) -> String? = { ProcessInfo.processInfo.environment[$0] }
    ) {
        self.variable = variable
        self.patience = patience
    }

    /// What `ssh` and the like need of Handover's own environment.
    var environment: [String: String] {
        ["PATH", "HOME", "USER", "TMPDIR", "SSH_AUTH_SOCK", "KUBECONFIG"].reduce(into: [:]) { $0[$1] = variable($1) }
    }

    /// `nil` where the topology does not say how the server's host is worked on.
    func host(of target: PostgresTarget) throws(Fault) -> (any DatabaseServerHost)? {
        guard let host = target.server.databaseHost else { return nil }
        if case .statefulSet(let set) = host.driver { return try statefulSet(set, host, target) }
        let place = "\(target.place), its host"
        var environment = environment
        guard case .programs(let programs) = host.driver else {
            return ScriptedHost(host: host, place: place, environment: environment)
        }
        environment["HANDOVER_SITE"] = target.site
        environment["HANDOVER_CLUSTER"] = target.server.cluster
        environment["HANDOVER_RUN"] = target.run
        var secrets: [String] = []
        for name in programs.environment {
            guard let value = variable(name) else {
                throw Fault(
                    .invalid, "the variable \(name), which \"databaseHost\" hands to its programs, is not set",
                    at: place,
                    next: "Set it in the environment of handover, or take it out of the topology")
            }
            environment[name] = value
            if value.count >= 4 { secrets.append(value) }
        }
        return ScriptedHost(
            host: host, place: place, environment: environment, programs: programs,
            secrets: secrets.sorted { $0.count > $1.count })
    }

    func required(of target: PostgresTarget) throws(Fault) -> any DatabaseServerHost {
        if let host = try host(of: target) { return host }
        throw Fault(
            .invalid, "the topology does not say how its host is worked on, so the server cannot be stopped or rewound",
            at: target.place,
            next: "Add \"databaseHost: {driver: pg_ctl, …}\" to sites.\(target.site).postgres.\(target.server.cluster)")
    }

    private func statefulSet(
        _ set: DatabaseHost.StatefulSet, _ host: DatabaseHost, _ target: PostgresTarget
    ) throws(Fault) -> StatefulSetHost {
        guard let kubernetes = target.access.kubernetes else {
            throw Fault(
                .invalid, "no way to its StatefulSet is known", at: target.place,
                next: "Give the site \"kubernetes:\" in the topology")
        }
        var client = try kubernetes.client(site: target.site)
        if let namespace = set.namespace { client = client.inNamespace(namespace) }
        return StatefulSetHost(
            host: host, name: set.name, container: set.container, client: client,
            place: "\(target.place), StatefulSet \(set.name) in namespace \(client.namespace)", patience: patience)
    }
}
