import FailoverModel
import Foundation
import HandoverTestSupport
import Systems
import Testing

@Suite("Comparing secrets")
struct SecretsComparisonTests {
    private func find(_ found: SecretsComparison, _ name: String) throws -> SecretDifference {
        try #require(found.differences.first { $0.id.description == name })
    }

    @Test func `secrets that are the same are proven so, whatever the chart wrote beside`() async throws {
        try await SecretsStage.with(scope: SecretScope(names: ["pg-synapse"])) { stage in
            try await stage.plantGenerated("dc1", "dc2")
            for site in ["dc1", "dc2"] {
                let labels = ["app.kubernetes.io/name": "matrix-tools-matrix-user", "version": site]
                try await stage.plant(site, "bot", ["password": SecretsStage.planted + "bot"], labels: labels)
                try await stage.plant(site, "pg-synapse", ["password": SecretsStage.planted + "pg"])
                try await stage.plantMarkers(site, "delegated_auth")
                try await stage.plant(site, "somebody-elses", ["password": SecretsStage.planted + site])
            }
            let found = try await stage.compare()
            #expect(
                found.event.verdicts.map(\.name) == ["bot", "configmap/ess-markers", "ess-generated", "pg-synapse"])
            #expect(found.event.verdicts.allSatisfy { $0.verdict == .inSync && $0.keys.isEmpty })
            #expect(SecretsGate(found).mayPass)
        }
    }

    @Test func `what the release's pods and Ingresses want is compared without being named, except what Helm makes`()
        async throws
    {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1", "dc2")
            let names = [
                "volume", "projected", "variable", "variables", "initial", "pull", "tls", "optional", "unwanted",
            ]
            for name in names {
                try await stage.plant("dc1", name, ["password": SecretsStage.planted + name])
                guard name != "projected" else { continue }
                let other = name == "variable" ? "-other" : ""
                try await stage.plant("dc2", name, ["password": SecretsStage.planted + name + other])
            }
            let helms = ["app.kubernetes.io/managed-by": "Helm"]
            for site in ["dc1", "dc2"] {
                try await stage.plant(site, "ess-synapse", ["host": SecretsStage.planted + site], labels: helms)
                for manifest in Self.release { try await stage.apply(site, manifest) }
            }
            let found = try await stage.compare()
            let wrong = found.event.verdicts.filter { $0.verdict != .inSync }
            #expect(wrong.map(\.name) == ["projected", "variable"])
            #expect(wrong.map(\.verdict) == [.missing, .differs])
            #expect(
                Set(found.event.verdicts.map(\.name))
                    == Set(names).subtracting(["unwanted"]).union(["ess-generated"]))
        }
    }

    private static let release: [JSONValue] = {
        let annotations: JSONValue = ["meta.helm.sh/release-name": "ess", "meta.helm.sh/release-namespace": "ess"]
        let pod: JSONValue = [
            "imagePullSecrets": [["name": "pull"]],
            "volumes": [
                ["name": "a", "secret": ["secretName": "volume"]],
                ["name": "b", "projected": ["sources": [["secret": ["name": "projected"]]]]],
                ["name": "c", "secret": ["secretName": "ess-synapse"]],
                ["name": "d", "secret": ["secretName": "optional", "optional": true]],
            ],
            "initContainers": [
                ["name": "i", "image": "i", "envFrom": [["secretRef": ["name": "initial"]]]]
            ],
            "containers": [
                [
                    "name": "c", "image": "c", "envFrom": [["secretRef": ["name": "variables"]]],
                    "env": [
                        ["name": "P", "valueFrom": ["secretKeyRef": ["name": "variable", "key": "password"]]]
                    ],
                ]
            ],
        ]
        let workload: JSONValue = [
            "apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": ["name": "ess-main", "annotations": annotations],
            "spec": [
                "replicas": 0, "serviceName": "ess", "selector": ["matchLabels": ["app": "ess"]],
                "template": ["metadata": ["labels": ["app": "ess"]], "spec": pod],
            ],
        ]
        let ingress: JSONValue = [
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": ["name": "ess", "annotations": annotations],
            "spec": ["rules": [["host": "m.ess.test"]], "tls": [["secretName": "tls"]]],
        ]
        return [workload, ingress]
    }()

    @Test func `each kind of difference has its own verdict, with the names of keys and labels`() async throws {
        let scope = SecretScope(
            names: ["pg-synapse", "pull", "nowhere", "media"], ownKeys: ["media": ["endpoint"]])
        try await SecretsStage.with(scope: scope) { stage in
            try await stage.plantGenerated("dc1")
            try await stage.plantGenerated(
                "dc2",
                changing: ["SYNAPSE_MACAROON": SecretsStage.planted + "other", "EXTRA": SecretsStage.planted + "x"])
            try await stage.plant("dc1", "pg-synapse", ["password": SecretsStage.planted + "pg"])
            try await stage.plant("dc2", "only-here", ["a": SecretsStage.planted + "a"], generated: true)
            try await stage.plant("dc1", "labelled", ["a": SecretsStage.planted + "a"], generated: true)
            try await stage.plant("dc2", "labelled", ["a": SecretsStage.planted + "a"])
            try await stage.plant("dc1", "pull", ["a": SecretsStage.planted + "a"], type: "example.org/a")
            try await stage.plant("dc2", "pull", ["a": SecretsStage.planted + "a"], type: "example.org/b")
            try await stage.plant("dc1", "media", ["endpoint": SecretsStage.planted + "1", "key": "k"])
            try await stage.plant("dc2", "media", ["endpoint": SecretsStage.planted + "2", "key": "k"])
            try await stage.plantMarkers("dc1", "delegated_auth")
            try await stage.plantMarkers("dc2", "legacy_auth")
            let found = try await stage.compare()
            let verdicts = Dictionary(uniqueKeysWithValues: found.event.verdicts.map { ($0.name, $0.verdict) })
            #expect(
                verdicts == [
                    "ess-generated": .differs, "pg-synapse": .missing, "only-here": .extra, "labelled": .wrongLabel,
                    "pull": .wrongType, "nowhere": .missing, "media": .inSync, "configmap/ess-markers": .differs,
                ])
            #expect(try find(found, "ess-generated").keys == ["EXTRA", "SYNAPSE_MACAROON"])
            #expect(try find(found, "ess-generated").remark == "only there: EXTRA")
            #expect(try find(found, "labelled").keys == ["app.kubernetes.io/managed-by"])
            #expect(try find(found, "configmap/ess-markers").keys == ["MATRIX_STACK_MSC3861"])
        }
    }

    @Test func `another certificate is told by its fingerprint, and keeps nobody from going on`() async throws {
        try await SecretsStage.with(scope: SecretScope(names: ["ess-tls"])) { stage in
            try await stage.plantGenerated("dc1", "dc2")
            let own = try String(contentsOfFile: "\(stage.directory)/tls.pem", encoding: .utf8)
            let other = own.replacing("CERTIFICATE-----\n", with: "CERTIFICATE-----\nAAAA", maxReplacements: 1)
            let type = "kubernetes.io/tls"
            try await stage.plant(
                "dc1", "ess-tls", ["tls.crt": own, "tls.key": SecretsStage.planted + "1"], type: type)
            try await stage.plant(
                "dc2", "ess-tls", ["tls.crt": other, "tls.key": SecretsStage.planted + "2"], type: type)
            let found = try await stage.compare()
            let difference = try find(found, "ess-tls")
            #expect(difference.verdict == .differs && difference.role == .certificate)
            let shown = try await ChildProgram.run(
                "openssl", ["x509", "-in", "\(stage.directory)/tls.pem", "-noout", "-fingerprint", "-sha256"])
            let print = try #require(shown.output.split(separator: "=").last).prefix(23)
            #expect(difference.remark?.contains("there \(print)…") == true)
            #expect(SecretsGate(found).mayPass)
        }
    }

    @Test func `a site that does not answer leaves every verdict unknown, and one without rights is an error`()
        async throws
    {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1", "dc2")
            try stage.takeAway("dc2")
            let found = try await stage.compare()
            #expect(found.event.verdicts.map(\.verdict) == [.unknown])
            #expect(found.siteAway?.kind == .unreachable && found.referenceAway == nil)
            try stage.bringBack("dc2")
            try stage.takeRights("dc1")
            do {
                _ = try await stage.compare()
                Issue.record("it was compared without the right to read")
            } catch let fault as Fault {
                #expect(stage.note(fault).kind == .forbidden)
                #expect(fault.place.hasPrefix("dc1"))
            }
        }
    }
}
