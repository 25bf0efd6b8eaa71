import FailoverModel

/// What must be the same of a release at every site: it is written into generated Secrets, names and certificates.
struct ReleaseIdentity: Equatable, Sendable {
    var site: String
    var release: String
    var namespace: String
    /// `matrix-stack 26.8.2`.
    var chart: String
    /// The names by which users come.
    var hosts: [String]
    var workloads: [String]
    /// Of the values; empty where the chart's own hold.
    var serverName = ""
    var clusterDomain = ""

    /// In words, what is another than at the other site.
    func differences(from other: ReleaseIdentity) -> [String] {
        var found: [String] = []
        if release != other.release { found.append("the release is \(release), and \(other.release) at \(other.site)") }
        if namespace != other.namespace {
            found.append("the namespace is \(namespace), and \(other.namespace) at \(other.site)")
        }
        if chart != other.chart { found.append("the chart is \(chart), and \(other.chart) at \(other.site)") }
        for (key, here, there) in [
            ("serverName", serverName, other.serverName), ("clusterDomain", clusterDomain, other.clusterDomain),
        ] where here != there {
            found.append("\(key) is \(Self.shown(here)), and \(Self.shown(there)) at \(other.site)")
        }
        found += Self.differences("host", hosts, other.hosts, other.site)
        found += Self.differences("workload", workloads, other.workloads, other.site)
        return found
    }

    private static func shown(_ value: String) -> String {
        value.isEmpty ? "not set" : value.onOneLine(limit: 80)
    }

    private static func differences(_ what: String, _ here: [String], _ there: [String], _ site: String) -> [String] {
        let (mine, others) = (Set(here), Set(there))
        return [(others.subtracting(mine), "only at \(site)"), (mine.subtracting(others), "not at \(site)")]
            .filter { !$0.0.isEmpty }
            .map { names, place in
                "\(what)\(names.count == 1 ? "" : "s") \(place): \(names.sorted().joined(separator: ", "))"
            }
    }
}

extension ReleaseIdentity {
    init(_ program: HelmProgram, _ release: HelmRelease) throws(Fault) {
        let manifest = try ReleaseManifest(release.manifest, at: program.release.place)
        site = program.release.site
        self.release = program.name
        namespace = program.release.client.namespace
        chart = release.chart.map { "\($0.name) \($0.version)" } ?? "an unknown chart"
        hosts = manifest.hosts
        workloads = manifest.names
        serverName = release.config?.serverName ?? ""
        clusterDomain = release.config?.clusterDomain ?? ""
    }
}

extension HelmAccess {
    /// The releases of those of the sites whose API answers soon; a site that is gone is not waited for. Helm itself, which
    /// may be slow on a busy machine, gets its time.
    func identities(of sites: [String], key: String) async -> [ReleaseIdentity] {
        await withTaskGroup(of: ReleaseIdentity?.self) { group in
            for site in sites {
                group.addTask {
                    guard await answersSoon(site), let program = try? program(at: site, key: key),
                        let stored = try? await program.stored()
                    else {
                        return nil
                    }
                    return try? ReleaseIdentity(program, stored)
                }
            }
            var found: [ReleaseIdentity] = []
            for await answer in group { if let answer { found.append(answer) } }
            return found.sorted { $0.site < $1.site }
        }
    }

    private func answersSoon(_ site: String) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await kubernetes.release(at: site).look()) != nil }
            group.addTask {
                try? await Task.sleep(for: .seconds(3))
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
