import FailoverModel

/// The commands as CloudNativePG carries them out, by its `Cluster` objects of a distributed topology
/// (cloudnative-pg docs/src/replica_cluster.md).
enum CloudNativePGCommands {
    /// `nil` where the operator has nothing that a command could be done by.
    static func command(
        named name: String, instead plain: any StepCommand, access: PostgresAccess
    ) -> (any StepCommand)? {
        switch name {
        case FenceCommand.name: CloudNativePGFence(access: access)
        case CatchUpCommand.name: CloudNativePGCatchUp(access: access)
        case PromoteCommand.name: CloudNativePGPromote(access: access)
        case FollowCommand.name: CloudNativePGFollow(access: access)
        case CheckpointCommand.name: plain
        case FreezeCommand.name:
            left(
                name, access,
                "CloudNativePG cannot hold a replica cluster; the promotion compares all sites, and wants the old "
                    + "primary's token where there is one")
        case FastForwardCommand.name:
            left(
                name, access,
                "CloudNativePG brings no replica cluster forward from another; the promotion is refused where "
                    + "another has more")
        case CreateSlotsCommand.name, DropSlotsCommand.name:
            left(name, access, "replica clusters of CloudNativePG use no slot of another site")
        case ClearSynchronousCommand.name:
            left(name, access, "CloudNativePG writes synchronous_standby_names from its own instances")
        default: nil
        }
    }

    private static func left(_ name: String, _ access: PostgresAccess, _ why: String) -> LeftToOperator {
        LeftToOperator(name: name, access: access, why: why)
    }
}

/// A step that there is nothing to do in, because of the operator.
struct LeftToOperator: PostgresCommand {
    let name: String
    let access: PostgresAccess
    let why: String

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let sight = try await target.look()
        return Finding(
            .done, "nothing to do at \(target.place): \(why)", facts: facts(name, at: target, sight.brief),
            observations: [sight.siteObservation])
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}
}
