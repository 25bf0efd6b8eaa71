import FailoverModel
import Foundation

/// An API server and how we speak to it: what a context of a kubeconfig comes to.
struct KubernetesEndpoint {
    /// Without a slash at the end; may have a path (`https://rancher.example/k8s/clusters/c-1`).
    var server: String
    var authorities: TLSSettings.PEM?
    var serverName: String?
    var isVerified: Bool
    var proxy: HTTPRoute.Proxy
    var namespace: String
    var identity: TLSSettings.Identity?
    var token: KubernetesCredentials.Source
    /// File and context, for messages.
    var place: String

    /// The release's endpoint: its kubeconfig, else what kubectl would use, else the service account of our own pod.
    static func of(_ release: KubernetesRelease, environment: [String: String]) throws(Fault) -> Self {
        if let file = release.kubeconfig {
            return try Kubeconfig(file: file).endpoint(release)
        }
        let paths = Kubeconfig.usualPaths(environment)
        if let configuration = try Kubeconfig(existingOf: paths) { return try configuration.endpoint(release) }
        if let account = inCluster(release, environment: environment) { return account }
        throw Fault(
            .invalid, "there is no kubeconfig, and this is not a pod with a service account",
            at: paths.joined(separator: ":"), next: "Name a kubeconfig in the topology, or set KUBECONFIG.")
    }

    static func inCluster(
        _ release: KubernetesRelease, environment: [String: String],
        directory: String = "/var/run/secrets/kubernetes.io/serviceaccount"
    ) -> Self? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
            !host.isEmpty, !port.isEmpty, FileManager.default.isReadableFile(atPath: "\(directory)/token")
        else { return nil }
        let own = (try? String(contentsOfFile: "\(directory)/namespace", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return Self(
            server: "https://\(HTTPTarget.bracketed(host)):\(port)", authorities: .file("\(directory)/ca.crt"),
            isVerified: true, proxy: .none, namespace: release.namespace ?? own ?? "default",
            token: .file("\(directory)/token"), place: "service account of this pod")
    }
}

extension Kubeconfig {
    func endpoint(_ release: KubernetesRelease) throws(Fault) -> KubernetesEndpoint {
        let place = files.joined(separator: ":")
        guard let name = release.context ?? currentContext else {
            throw Fault(
                .invalid, "no context is chosen", at: place,
                next: "Name a context in the topology, or set current-context.")
        }
        let context = try entry(.context, name, wantedBy: place)
        guard let clusterName = try context.text("cluster") else { throw context.invalid("it names no cluster") }
        let cluster = try entry(.cluster, clusterName, wantedBy: context.place)
        let user: KubeconfigEntry? =
            if let name = try context.text("user") { try entry(.user, name, wantedBy: context.place) } else { nil }

        let isVerified = try !cluster.flag("insecure-skip-tls-verify")
        guard isVerified || release.allowsInsecureTLS else {
            throw Fault(
                .refused, "insecure-skip-tls-verify is set, so anybody on the way could pose as this cluster",
                at: cluster.place, next: "Add certificate-authority, or say allowInsecureTLS: true in the topology.")
        }
        let authorities = try cluster.pem("certificate-authority")
        if !isVerified, authorities != nil {
            throw cluster.invalid(
                "insecure-skip-tls-verify and certificate-authority exclude each other", next: "Remove one of them.")
        }
        let namespace = try context.text("namespace")
        var endpoint = KubernetesEndpoint(
            server: try server(of: cluster, release), authorities: authorities,
            serverName: try cluster.text("tls-server-name"), isVerified: isVerified, proxy: try proxy(of: cluster),
            namespace: release.namespace ?? namespace ?? "default", token: .none,
            place: "\(context.file), context \"\(name)\"")
        if let user {
            endpoint.identity = try identity(of: user)
            endpoint.token = try credentials(of: user, cluster: cluster, endpoint)
        }
        return endpoint
    }

    private func server(of cluster: KubeconfigEntry, _ release: KubernetesRelease) throws(Fault) -> String {
        guard var server = try cluster.text("server") else { throw cluster.invalid("it has no server") }
        if !server.contains("://") { server = "https://\(server)" }
        while server.hasSuffix("/") { server.removeLast() }
        let target: HTTPTarget
        do throws(Fault) { target = try HTTPTarget(url: server) } catch {
            throw cluster.invalid("server: \(error.what)")
        }
        guard !server.contains("?"), !server.contains("#") else { throw cluster.invalid("server has a query") }
        guard target.isSecure || release.allowsInsecureTLS else {
            throw Fault(
                .refused, "its server is reached without TLS", at: cluster.place,
                next: "Use https, or say allowInsecureTLS: true in the topology.")
        }
        return server
    }

    private func proxy(of cluster: KubeconfigEntry) throws(Fault) -> HTTPRoute.Proxy {
        guard let url = try cluster.text("proxy-url") else { return .fromEnvironment }
        guard let scheme = URLComponents(string: url)?.scheme, ["http", "https", "socks5"].contains(scheme) else {
            throw cluster.invalid("proxy-url must begin with http://, https:// or socks5://")
        }
        // The proxy resolves the name, as in client-go.
        return .url(scheme == "socks5" ? "socks5h" + url.dropFirst("socks5".count) : url)
    }

    private func identity(of user: KubeconfigEntry) throws(Fault) -> TLSSettings.Identity? {
        switch (try user.pem("client-certificate"), try user.pem("client-key")) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSSettings.Identity(certificate: certificate, key: key)
        case (_?, nil): throw user.invalid("it has a client-certificate and no client-key", next: "Add the key.")
        case (nil, _?):
            throw user.invalid("it has a client-key and no client-certificate", next: "Add the certificate.")
        }
    }

    private func credentials(
        of user: KubeconfigEntry, cluster: KubeconfigEntry, _ endpoint: KubernetesEndpoint
    ) throws(Fault) -> KubernetesCredentials.Source {
        if try user.mapping("auth-provider") != nil {
            throw user.invalid(
                "auth-provider was removed from Kubernetes in 1.26",
                next: "Use an exec plugin of that provider, or a token.")
        }
        let basic = (try user.text("username"), try user.text("password"))
        guard basic == (nil, nil) else {
            throw user.invalid(
                "API servers since 1.19 accept no user name and password",
                next: "Use a client certificate, token or exec plugin.")
        }
        let plugin = try ExecPlugin(user: user, cluster: cluster, endpoint)
        let file = try user.path("tokenFile")
        let token = try user.text("token")
        guard plugin == nil || (file == nil && token == nil) else {
            throw user.invalid("exec and token exclude each other", next: "Remove one of them.")
        }
        if let plugin { return .plugin(plugin) }
        if let file { return .file(file) }
        return token.map { .token(Secret($0)) } ?? .none
    }
}
