package import FailoverModel

/// Copies Secrets from one site to another: reads both, plans, and writes what the plan says and nothing else.
package struct SecretsSync: Sendable {
    /// What a person asked for beyond writing what differs.
    package struct Options: Equatable, Sendable {
        package var replacesSigningKey: Bool
        package var deletesExtra: Bool
        /// Deletes and makes anew what the API does not let change: immutable Secrets, and those of another type.
        package var recreates: Bool

        package init(replacesSigningKey: Bool = false, deletesExtra: Bool = false, recreates: Bool = false) {
            self.replacesSigningKey = replacesSigningKey
            self.deletesExtra = deletesExtra
            self.recreates = recreates
        }
    }

    package let from: String
    package let to: String
    package let plan: SecretsSyncPlan
    private let target: SiteSecrets

    /// Looks at both sites; changes nothing.
    package static func prepare(
        from: String, to: String, secrets: SecretsAccess, options: Options
    ) async throws(Fault) -> SecretsSync {
        let (source, target) = try await secrets.readBoth(from, to)
        let ids = Set(source.objects.keys).union(target.objects.keys)
        var plan = SecretsSyncPlan(from: from, to: to)
        for id in ids.sorted() {
            let pair = SecretPair(
                id: id, reference: source.objects[id], site: target.objects[id],
                isGenerated: id == ChartSecrets.generated(release: source.release),
                ownKeys: Set(secrets.scope.ownKeys[id.name] ?? []))
            plan.take(pair, options: options, makesImmutable: secrets.scope.immutableAt.contains(to))
        }
        for name in secrets.scope.names where !ids.contains(SecretID(.secret, name)) {
            plan.remarks.append("\(name) is at neither site")
        }
        return SecretsSync(from: from, to: to, plan: plan, target: target)
    }

    /// Writes, one Secret after the other, and tells of each before it is written. Every write names the version that
    /// the plan was made from, so that nobody's change in between is lost.
    package func write(at moment: Moment, tell: (SecretsSyncPlan.Action) -> Void) async throws(Fault) {
        let writer = SecretWriter(target: target, from: from, moment: moment)
        for action in plan.actions {
            tell(action)
            try await writer.write(action)
        }
    }
}
