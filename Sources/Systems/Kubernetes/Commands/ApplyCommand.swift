import FailoverModel

/// `kubernetes.apply`: one object as the step's `manifest` says, by server-side apply.
///
/// Parameters: `manifest` (an object), `force` (takes fields over from other managers; `false` by default).
struct ApplyCommand: StepCommand {
    static let name = "kubernetes.apply"
    let access: KubernetesAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let client = try access.client(site: context.site)
        let target = try await ApplyTarget(context, client)
        let found = try await client.get(target.path)
        let facts = context.remembered ?? memory(of: found, target)
        let dry = try await client.apply(target.path, target.manifest, force: forces(context), isDryRun: true)
        guard let found else {
            return Finding(.needed, "\(target.title) does not exist and will be created", facts: facts)
        }
        let (now, then) = (found.withoutBookkeeping, dry.withoutBookkeeping)
        if now == then { return Finding(.done, "\(target.title) is as the manifest says", facts: facts) }
        let changes = now.changedPaths(to: then)
        return Finding(
            .needed, "\(target.title) differs and will be changed: \(changes.prefix(8).joined(separator: ", "))",
            facts: facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let client = try access.client(site: context.site)
        let target = try await ApplyTarget(context, client)
        _ = try await client.apply(target.path, target.manifest, force: forces(context))
    }

    private func forces(_ context: StepContext) -> Bool { context.parameters["force"]?.flag ?? false }

    /// What the undo needs: whether it was there, and what our fields held.
    private func memory(of found: JSONValue?, _ target: ApplyTarget) -> JSONValue {
        guard let found else { return ["existed": false] }
        return ["existed": true, "fields": found.limited(to: target.manifest)]
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let remembered = context.remembered else { return Finding(.done, "nothing was applied") }
        let client = try access.client(site: context.site)
        let target = try await ApplyTarget(context, client)
        guard let found = try await client.get(target.path) else {
            return remembered["existed"]?.flag == true
                ? Finding(.done, "\(target.title) no longer exists; it is not made again", facts: remembered)
                : Finding(.done, "\(target.title) does not exist, as before", facts: remembered)
        }
        guard found.isAppliedByUs else {
            return Finding(.done, "\(target.title) has no field of ours any more and is left alone", facts: remembered)
        }
        guard let fields = remembered["fields"] else {
            return Finding(.needed, "\(target.title) did not exist before and will be deleted", facts: remembered)
        }
        let dry = try await client.apply(target.path, fields, force: forces(context), isDryRun: true)
        return found.withoutBookkeeping == dry.withoutBookkeeping
            ? Finding(.done, "\(target.title) is as it was found", facts: remembered)
            : Finding(.needed, "\(target.title) gets back what it held before", facts: remembered)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let client = try access.client(site: context.site)
        let target = try await ApplyTarget(context, client)
        guard let remembered = context.remembered, let found = try await client.get(target.path), found.isAppliedByUs
        else { return }
        if let fields = remembered["fields"] {
            _ = try await client.apply(target.path, fields, force: forces(context))
        } else {
            // The uid makes sure that it is this object that goes, not one made in its place just now.
            try await client.delete(target.path, uid: found["metadata"]?["uid"]?.text)
        }
    }
}

extension JSONValue {
    /// Whether `metadata.managedFields` has an apply under our name.
    var isAppliedByUs: Bool {
        let managers = self["metadata"]?["managedFields"]?.elements ?? []
        return managers.contains {
            $0["manager"]?.text == KubernetesClient.fieldManager && $0["operation"]?.text == "Apply"
        }
    }

    /// The paths (never the values) at which `other` differs.
    fileprivate func changedPaths(to other: JSONValue, at path: String = "") -> [String] {
        guard case .object(let mine) = self, case .object(let others) = other else {
            return self == other ? [] : [path]
        }
        return Set(mine.keys).union(others.keys).sorted().flatMap { key in
            (mine[key] ?? .null).changedPaths(to: others[key] ?? .null, at: "\(path).\(key.onOneLine(limit: 80))")
        }
    }
}
