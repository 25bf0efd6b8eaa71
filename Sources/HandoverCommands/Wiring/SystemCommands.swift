import FailoverModel
import RunEngine
import Systems

/// The commands of the real systems of a topology, by the names that runbooks use.
enum SystemCommands {
    static func all(for topology: Topology, _ invocation: Invocation) -> [String: any StepCommand] {
        let directory = InputFile.directory(of: invocation.topologyPath)
        let secrets = LocalSecrets(environment: invocation.wiring.environment) { invocation.say($0) }
        let postgres = PostgresAccess(secrets: secrets)
        var commands = PostgresCommands.all(access: postgres)
        commands.merge(SynapseCommands.all(access: postgres)) { first, _ in first }
        let kubernetes = KubernetesAccess(topology: topology, baseDirectory: directory)
        commands.merge(KubernetesCommands.all(access: kubernetes)) { first, _ in first }
        commands.merge(SecretsCommands.all(secrets: SecretsAccess(access: kubernetes, topology: topology))) {
            first, _ in first
        }
        commands.merge(ServiceCommands.all(baseDirectory: directory)) { first, _ in first }
        commands.merge(ProgramCommands.all(variable: invocation.wiring.environment)) { first, _ in first }
        let dns = DNSAccess(secrets: secrets, now: { [clock = invocation.wiring.clock] in clock.now() })
        commands.merge(DNSCommands.all(access: dns)) { first, _ in first }
        return invocation.wiring.commands(commands)
    }
}
