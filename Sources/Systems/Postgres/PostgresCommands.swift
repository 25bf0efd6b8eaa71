/// Every step command for PostgreSQL, by the name runbooks use.
package enum PostgresCommands {
    /// Each is carried out by the driver of the server that it works on; `DrivenCommand` is where that is decided.
    package static func all(access: PostgresAccess) -> [String: any StepCommand] {
        var commands: [String: any StepCommand] = [:]
        for (name, command) in plain(access) {
            commands[name] = DrivenCommand(name: name, access: access, command: command)
        }
        commands[PromoteCommand.name] = commands[PromoteCommand.name].map {
            AllClustersCommand(access: access, command: $0)
        }
        return commands
    }

    private static func plain(_ access: PostgresAccess) -> [String: any StepCommand] {
        [
            FenceCommand.name: FenceCommand(access: access),
            CatchUpCommand.name: CatchUpCommand(access: access),
            FreezeCommand.name: FreezeCommand(access: access),
            FastForwardCommand.name: FastForwardCommand(access: access),
            CreateSlotsCommand.name: CreateSlotsCommand(access: access),
            ClearSynchronousCommand.name: ClearSynchronousCommand(access: access),
            PromoteCommand.name: PromoteCommand(access: access),
            CheckpointCommand.name: CheckpointCommand(access: access),
            FollowCommand.name: FollowCommand(access: access),
            DropSlotsCommand.name: DropSlotsCommand(access: access),
            DemoteCommand.name: DemoteCommand(access: access),
            ProveShutdownCommand.name: ProveShutdownCommand(access: access),
            RejoinCommand.name: RejoinCommand(access: access),
            ProveUnwrittenCommand.name: ProveUnwrittenCommand(access: access),
            ReopenCommand.name: ReopenCommand(access: access),
        ]
    }
}
