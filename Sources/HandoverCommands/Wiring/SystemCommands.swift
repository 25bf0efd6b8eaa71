import FailoverModel
import RunEngine
import Systems

/// The ways to the real systems of a topology.
struct SystemAccess {
    let topology: Topology
    let postgres: PostgresAccess
    let kubernetes: KubernetesAccess
    let secrets: SecretsAccess
    /// Passwords and keys from this machine's files and environment.
    let localSecrets: LocalSecrets
    private let helm: HelmAccess
    let media: MediaAccess
    let firewalls: FirewallAccess
    private let dns: DNSAccess
    private let serviceAccess: ServiceAccess

    init(_ topology: Topology, _ invocation: Invocation) {
        self.topology = topology
        let directory = InputFile.directory(of: invocation.topologyPath)
        localSecrets = LocalSecrets(environment: invocation.wiring.environment) { invocation.say($0) }
        kubernetes = KubernetesAccess(topology: topology, baseDirectory: directory)
        postgres = PostgresAccess(
            secrets: localSecrets, kubernetes: kubernetes,
            hosts: DatabaseHosts(variable: invocation.wiring.environment))
        firewalls = FirewallAccess(kubernetes: kubernetes, variable: invocation.wiring.environment)
        secrets = SecretsAccess(access: kubernetes, topology: topology)
        let now = { @Sendable [clock = invocation.wiring.clock] in clock.now() }
        helm = HelmAccess(topology: topology, kubernetes: kubernetes, secrets: secrets, now: now)
        media = MediaAccess(secrets: localSecrets)
        dns = DNSAccess(secrets: localSecrets, now: now)
        serviceAccess = ServiceAccess(
            kubernetes: kubernetes, secrets: localSecrets, baseDirectory: directory, now: now)
    }

    var readiness: ReadinessCheck {
        ReadinessCheck(
            topology: topology, postgres: postgres, kubernetes: kubernetes, secrets: secrets, helm: helm, media: media,
            firewalls: firewalls, service: serviceAccess, commands: names)
    }

    var service: [String: any StepCommand] { ServiceCommands.all(access: serviceAccess) }
    var releases: [String: any StepCommand] { HelmCommands.all(access: helm) }
    var drills: [String: any StepCommand] {
        DrillCommands.all(access: postgres, helm: helm, service: serviceAccess)
    }
    var names: [String: any StepCommand] { DNSCommands.all(access: dns) }
}

/// The commands of the real systems of a topology, by the names that runbooks use.
enum SystemCommands {
    static func all(for topology: Topology, _ invocation: Invocation) -> [String: any StepCommand] {
        let access = SystemAccess(topology, invocation)
        let systems = [
            PostgresCommands.all(access: access.postgres), SynapseCommands.all(access: access.postgres),
            KubernetesCommands.all(access: access.kubernetes), SecretsCommands.all(secrets: access.secrets),
            access.releases, access.service, access.names, MediaCommands.all(access: access.media),
            FirewallCommands.all(access: access.firewalls), ExternalDNSCommands.all(access: access.kubernetes),
            ProgramCommands.all(variable: invocation.wiring.environment), access.drills,
        ]
        var commands = systems.reduce(into: [String: any StepCommand]()) { all, more in
            all.merge(more) { first, _ in first }
        }
        commands[DrillCheckCommand.name] = DrillLook.command(for: topology, commands, invocation)
        return invocation.wiring.commands(commands)
    }
}
