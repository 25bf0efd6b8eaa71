import FailoverModel

/// The Secrets that a release refers to.
struct ReferencedSecrets: Sendable {
    var names: Set<String> = []
    /// Of those that Ingresses serve with: by name, the hosts.
    var hosts: [String: Set<String>] = [:]
}

extension ReleaseAtSite {
    /// The Secrets that the release's pods and Ingresses want and Helm does not make: passwords, certificates, pull secrets
    /// and additional configuration carry none of the labels of the generated ones. Those that a pod may do without count too.
    func referencedSecrets() async throws(Fault) -> ReferencedSecrets {
        var found = ReferencedSecrets()
        for kind in WorkloadKind.allCases {
            let path = APIPath(version: "apps/v1", namespace: client.namespace, resource: kind.resource)
                .with("labelSelector", release.selector)
            for owner in try await client.list(path, of: PodTemplateOwner.self) where isOurs(owner.metadata) {
                found.names.formUnion(owner.spec.template?.spec?.secretNames ?? [])
            }
        }
        let path = APIPath(version: "networking.k8s.io/v1", namespace: client.namespace, resource: "ingresses")
        do throws(Fault) {
            for ingress in try await client.list(path, of: IngressObject.self) where isOurs(ingress.metadata) {
                for served in ingress.spec?.tls ?? [] {
                    guard let name = served.secretName else { continue }
                    found.names.insert(name)
                    found.hosts[name, default: []].formUnion(served.hosts ?? [])
                }
            }
        } catch {
            // A user who may not see them still has all the rest.
            guard error.kind == .forbidden || error.kind == .rejected else { throw error }
        }
        return found
    }
}

/// The parts of a Deployment or StatefulSet (`apps/v1`) that name Secrets.
private struct PodTemplateOwner: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        struct Template: Decodable, Sendable { var spec: PodSpec? }
        var template: Template?
    }
    var metadata: ObjectMetadata
    var spec: Spec
}

private struct PodSpec: Decodable, Sendable {
    struct Named: Decodable, Sendable { var name: String? }

    struct Volume: Decodable, Sendable {
        struct Secret: Decodable, Sendable { var secretName: String? }
        struct Projected: Decodable, Sendable {
            struct Source: Decodable, Sendable { var secret: Named? }
            var sources: [Source]?
        }
        var secret: Secret?
        var projected: Projected?
    }

    struct Container: Decodable, Sendable {
        struct Variable: Decodable, Sendable {
            struct Source: Decodable, Sendable { var secretKeyRef: Named? }
            var valueFrom: Source?
        }
        struct Variables: Decodable, Sendable { var secretRef: Named? }
        var env: [Variable]?
        var envFrom: [Variables]?
    }

    var volumes: [Volume]?
    var initContainers: [Container]?
    var containers: [Container]?
    var imagePullSecrets: [Named]?

    var secretNames: [String] {
        var names: [String?] = (imagePullSecrets ?? []).map { $0.name }
        for volume in volumes ?? [] {
            names.append(volume.secret?.secretName)
            names += (volume.projected?.sources ?? []).map { $0.secret?.name }
        }
        for container in (initContainers ?? []) + (containers ?? []) {
            names += (container.env ?? []).map { $0.valueFrom?.secretKeyRef?.name }
            names += (container.envFrom ?? []).map { $0.secretRef?.name }
        }
        return names.compactMap(\.self)
    }
}

private struct IngressObject: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        struct TLS: Decodable, Sendable {
            var secretName: String?
            var hosts: [String]?
        }
        var tls: [TLS]?
    }
    var metadata: ObjectMetadata
    var spec: Spec?
}
