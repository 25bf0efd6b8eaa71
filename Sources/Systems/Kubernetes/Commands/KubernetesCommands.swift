/// The step commands of this system by the name that runbooks use.
package enum KubernetesCommands {
    package static func all(access: KubernetesAccess) -> [String: any StepCommand] {
        [
            ScaleDownCommand.name: ScaleDownCommand(access: access),
            ScaleUpCommand.name: ScaleUpCommand(access: access),
            ApplyCommand.name: ApplyCommand(access: access),
        ]
    }
}
