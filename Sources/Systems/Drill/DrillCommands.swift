/// The step commands that only drills have, by the names that runbooks use.
package enum DrillCommands {
    /// `helm` and `service` are the ways to the sites' releases; without them a drill is about the databases alone.
    package static func all(
        access: PostgresAccess, helm: HelmAccess? = nil, service: ServiceAccess? = nil
    ) -> [String: any StepCommand] {
        var commands: [String: any StepCommand] = [
            DrillCloneCommand.name: DrillCloneCommand(access: access),
            DrillPromoteCommand.name: DrillPromoteCommand(access: access),
            DrillLoadCommand.name: DrillLoadCommand(access: access),
            DrillRemoveCommand.name: DrillRemoveCommand(access: access, helm: helm),
        ]
        if let helm { commands[DrillReleaseCommand.name] = DrillReleaseCommand(helm: helm) }
        if let helm, let service {
            commands[DrillServiceCommand.name] = DrillServiceCommand(helm: helm, service: service)
        }
        return commands
    }
}
