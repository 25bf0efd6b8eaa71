import Foundation
import Synchronization
import Testing

@testable import Rehearsal

/// Faults on purpose, seen by curl.
@Suite(
    .enabled(if: KubernetesTestCluster.curl != nil, "curl is not on PATH"),
    .enabled(if: KubernetesTestCluster.openssl != nil, "openssl is not on PATH"))
struct KubernetesFaultTests {
    private static let path = "/api/v1/namespaces/default/configmaps"

    @Test func `the next requests are throttled or fail, and then all is well`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            cluster.server.faults.set(.throttle(retryAfterSeconds: 2), forNextRequests: 1)
            cluster.server.faults.set(.fail(code: 503), forNextRequests: 1)
            let throttled = try await cluster.get(Self.path).output
            #expect(throttled.hasPrefix("HTTP/1.1 429"))
            #expect(throttled.lowercased().contains("retry-after: 2"))
            #expect(throttled.contains("\"reason\":\"TooManyRequests\""))
            #expect(try await cluster.get("/readyz").output.hasSuffix("ok"))
            let failed = try await cluster.get(Self.path).output
            #expect(failed.hasPrefix("HTTP/1.1 503"))
            #expect(failed.contains("\"reason\":\"ServiceUnavailable\""))
            #expect(try await cluster.get(Self.path).output.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `a cut answer ends before its length`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            cluster.server.faults.set(.cutConnection, forNextRequests: 1)
            let cut = try await cluster.get("/api/v1/namespaces")
            #expect(cut.status != 0)
            #expect(cut.output.contains("{\"items\":["))
            #expect(try await cluster.get("/api/v1/namespaces").status == 0)
        }
    }

    @Test func `faults come from a file once`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            _ = try cluster.file("faults.json", #"{"faults":[{"kind":"fail","requests":1,"code":500}]}"#)
            #expect(try await cluster.get(Self.path).output.hasPrefix("HTTP/1.1 500"))
            #expect(try await cluster.get(Self.path).output.hasPrefix("HTTP/1.1 200"))
            #expect(!FileManager.default.fileExists(atPath: "\(cluster.directory)/faults.json"))
        }
    }

    @Test func `a server that stops ends its watches at once`() async throws {
        let clock = ContinuousClock()
        let stopped = Mutex(clock.now)
        let watches = Mutex<Task<CommandLineProgram.Result, any Error>?>(nil)
        try await KubernetesTestCluster.withServer { cluster in
            let watchers = cluster.server.cluster.watchers
            let before = watchers.count
            watches.withLock { $0 = Task { try await cluster.get("/api/v1/namespaces?watch=1") } }
            #expect(try await cluster.eventually { watchers.count > before })
            try await Task.sleep(for: .milliseconds(300))
            stopped.withLock { $0 = clock.now }
        }
        #expect(clock.now - stopped.withLock { $0 } < .seconds(20))
        let watched = try #require(try await watches.withLock { $0 }?.value)
        #expect(watched.output.contains(#""type":"ADDED""#))
    }

    @Test func `a client that is killed ends its watch although nothing changes`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            let watchers = cluster.server.cluster.watchers
            let before = watchers.count
            async let killed = cluster.get("/api/v1/namespaces?watch=1", limitSeconds: 1.5)
            #expect(try await cluster.eventually { watchers.count == before + 1 })
            _ = try await killed
            #expect(try await cluster.eventually { watchers.count == before })
        }
    }

    @Test func `no credentials are an Unauthorized status`() async throws {
        try await KubernetesTestCluster.withServer { cluster in
            let curl = try #require(KubernetesTestCluster.curl)
            let answer = try await curl.run([
                "-sS", "-i", "--cacert", "\(cluster.directory)/ca.pem", "https://127.0.0.1:\(cluster.port)/api/v1/pods",
            ])
            #expect(answer.output.hasPrefix("HTTP/1.1 401"))
            #expect(
                answer.output.hasSuffix(
                    #"{"apiVersion":"v1","code":401,"kind":"Status","message":"Unauthorized","metadata":{},"#
                        + #""reason":"Unauthorized","status":"Failure"}"#))
        }
    }
}
