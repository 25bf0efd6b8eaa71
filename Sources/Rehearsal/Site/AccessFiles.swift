/// The files through which people and Handover reach the rehearsal: the topology and a kubeconfig a site.
struct AccessFiles {
    var files: RehearsalFiles
    var record: RehearsalRecord

    func write() throws {
        try SmallFile.write(topology(), to: files.topology, mode: 0o644)
        for site in record.sites {
            try SmallFile.write(kubeconfig(site), to: files.kubeconfig(site.name))
        }
    }

    /// Handover's own connections go through the site's forwarder, so that they can be cut; the standbys' do not.
    ///
    /// A standby finds the replication password in a password file on its own host. So it is neither in
    /// `primary_conninfo`, where every member of pg_monitor can read it, nor in the server's log.
    private func topology() throws -> String {
        var text = """
            # Written by `handover rehearsal up`. Handover reaches each site through its forwarder; the standbys reach each
            # other directly, so that `handover rehearsal break SITE --partition` cuts only Handover's way.
            name: rehearsal
            synapse: {cluster: main, database: synapse}

            """
        text += dns + service
        if let helm = record.programs.helm {
            text += "chart: {reference: chart, program: \(quoted(helm)), timeout: 60s}\n"
        }
        text += "sites:\n"
        for (index, site) in record.sites.enumerated() {
            let server = try PostgresSite(site, of: record, files: files)
            text += """
                  \(site.name):
                    postgres:
                      main:
                        host: 127.0.0.1
                        port: \(site.ports.postgresForTool)
                        user: handover
                        database: postgres
                        passwordFile: secrets/handover
                        replication:
                          host: 127.0.0.1
                          port: \(site.ports.postgres)
                          user: replicator
                          passwordFileOnServer: \(quoted(PostgresSite.passwordFile(in: record.dataRoot)))
                          sslMode: disable
                        \(record.hasStatefulSets ? PostgresStatefulSet(server: server).topology : host(server, site))
                    kubernetes:
                      kubeconfig: kube/\(site.name).yaml
                      context: \(site.name)
                      namespace: \(StandInRelease.namespace)
                      release: \(StandInRelease.name)
                      \(record.programs.helm == nil ? "replicas: {\(StandInRelease.haproxy): 2}" : "values: [values/\(site.name).yaml]\n      \(drill)")
                    service:
                      url: http://127.0.0.1:\(site.ports.ingressForTool)/_matrix/client/versions
                      ingress: 127.0.0.1:\(site.ports.ingressTLSForTool)
                      publicAddresses: [\(RehearsalNames.address(of: index))]
                      rtc: {address: 127.0.0.1, port: \(site.ports.rtc), advertised: \(ServiceHosts.advertised(index))}

                """
            text += outside(index)
        }
        return text
    }

    /// How Handover works on a database's host, and where a drill has its copy of it.
    private func host(_ server: PostgresSite, _ site: RehearsalRecord.Site) -> String {
        [
            "databaseHost:", "  driver: pg_ctl",
            "  program: [\(server.hostProgram.map(quoted).joined(separator: ", "))]",
            "  binaries: \(quoted(record.postgresPrograms))", "  data: \(quoted(server.data))",
            "  log: \(quoted(server.hostLog))",
            "drill:", "  host: 127.0.0.1", "  port: \(site.ports.drill)", "  roles: [synapse]",
            "  options: [shared_buffers=16MB]",
        ].joined(separator: "\n        ")
    }

    /// The release that a drill starts beside the real one.
    private var drill: String {
        "drill: {release: \(StandInRelease.drill), namespace: \(StandInRelease.drill), values: [values/drill.yaml], "
            + "allow: [127.0.0.1], hosts: {synapse: \(ServiceHosts.drillSynapse), "
            + "elementAdmin: \(ServiceHosts.drillElementAdmin)}}"
    }

    /// The zone of the users' names.
    private var dns: String {
        guard let names = RehearsalNames(record, files: files) else { return "" }
        let lines = ["zone: \(RehearsalNames.zone)", "servers: [\"127.0.0.1:\(record.shared.names)\"]"] + names.access
        return "dns:\n" + lines.map { "  \($0)\n" }.joined()
    }

    /// What the service answers wherever it runs. A real Synapse is not told of the stand-in for MAS.
    private var service: String {
        var hosts = ["synapse: \(ServiceHosts.synapse)"]
        if record.programs.synapse == nil { hosts.append("mas: \(ServiceHosts.mas)") }
        hosts += [
            "rtc: \(ServiceHosts.rtc)", "elementWeb: \(ServiceHosts.elementWeb)",
            "elementAdmin: \(ServiceHosts.elementAdmin)",
        ]
        return """
            service:
              serverName: \(ServiceHosts.serverName)
              hosts: {\(hosts.joined(separator: ", "))}
              caCertificate: tls/ingress-ca.pem
              probe: {user: "\(ServiceHosts.probeUser)", accessTokenFile: secrets/\(ServiceHosts.probeTokenName)}

            """
    }

    /// What a site has outside of it: where the users' names lead, and the bucket of the media.
    private func outside(_ index: Int) -> String {
        var text = ""
        if record.hasExternalDNS {
            let (namespace, name) = (StandInRelease.externalDNSNamespace, StandInRelease.externalDNS)
            text += "    externalDNS: {namespace: \(namespace), deployment: \(name)}\n"
        }
        if record.hasFirewalls { text += "    firewall: {cluster: {driver: networkPolicy}}\n" }
        if RehearsalNames(record, files: files) != nil {
            let names = ServiceHosts.all.map { "\($0): {A: [\(RehearsalNames.address(of: index))]}" }
            text += "    dns: {\(names.joined(separator: ", "))}\n"
        }
        if let media = RehearsalMedia(record, files: files) {
            text += """
                    media:
                      url: \(media.url)
                      bucket: \(RehearsalMedia.bucket)
                      accessKeyFile: secrets/\(RehearsalMedia.accessKeyName)
                      secretKeyFile: secrets/\(RehearsalMedia.secretKeyName)

                """
        }
        return text
    }

    private func kubeconfig(_ site: RehearsalRecord.Site) -> String {
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: \(site.name)
          cluster:
            server: https://127.0.0.1:\(site.ports.kubernetesForTool)
            certificate-authority: ../tls/ca.pem
        users:
        - name: handover
          user:
            client-certificate: ../tls/client.pem
            client-key: ../tls/client.key
        contexts:
        - name: \(site.name)
          context:
            cluster: \(site.name)
            user: handover
            namespace: \(StandInRelease.namespace)
        current-context: \(site.name)

        """
    }

    /// As a YAML scalar, whatever the directory is called.
    private func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}
