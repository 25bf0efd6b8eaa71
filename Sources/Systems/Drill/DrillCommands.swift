import FailoverModel

/// The step commands that only drills have, by the names that runbooks use.
package enum DrillCommands {
    /// `helm` is the way to the sites' releases; `nil` where there are none.
    package static func all(access: PostgresAccess) -> [String: any StepCommand] {
        [
            DrillCloneCommand.name: DrillCloneCommand(access: access),
            DrillPromoteCommand.name: DrillPromoteCommand(access: access),
            DrillLoadCommand.name: DrillLoadCommand(access: access),
        ]
    }
}
