/// What a sync would write, why it must not, and what it leaves alone.
package struct SecretsSyncPlan: Sendable {
    /// One write.
    package struct Action: Sendable {
        enum Change: Sendable {
            case create
            /// Values to set and keys to take away.
            case update(set: [String], remove: [String])
            /// Delete and make anew.
            case recreate
            case delete
        }

        package let id: SecretID
        /// What will be done, in words; names only.
        package let sentence: String
        let change: Change
        /// As the source has it; `nil` where it is to be deleted.
        let source: SecretObject?
        /// As the target has it.
        let found: SecretObject?
        let ownKeys: Set<String>
        let becomesImmutable: Bool
    }

    /// Why nothing may be written.
    package struct Refusal: Equatable, Sendable {
        package var rule: String
        package var sentence: String
    }

    package let from: String
    package let to: String
    package internal(set) var actions: [Action] = []
    package internal(set) var refusals: [Refusal] = []
    /// What differs and is left as it is.
    package internal(set) var remarks: [String] = []

    init(from: String, to: String) {
        self.from = from
        self.to = to
    }

    mutating func take(_ pair: SecretPair, options: SecretsSync.Options, makesImmutable: Bool) {
        guard let source = pair.reference else {
            if let found = pair.site { takeExtra(found, pair, options) }
            return
        }
        if source.hasKeyToRotate {
            refuse(
                "signing-key-would-be-rotated",
                "\(pair.id) of \(from) holds a signing key of version 0 (ed25519 0), which the chart would replace at "
                    + "each site by another one; let the chart rotate it at \(from) first")
        }
        let becomesImmutable = source.id.kind == .secret && pair.role == .generated && makesImmutable
        guard let found = pair.site else { return takeMissing(source, pair, becomesImmutable) }
        if found.isGoing {
            return refuse(
                "being-deleted", "\(pair.id) of \(to) is being deleted; wait until it is gone, or look why not")
        }
        takeBoth(source, found, pair, options, becomesImmutable)
    }

    private mutating func takeExtra(_ found: SecretObject, _ pair: SecretPair, _ options: SecretsSync.Options) {
        guard options.deletesExtra else {
            remarks.append("\(pair.id) is only at \(to) and stays; --delete-extra deletes it")
            return
        }
        if !found.signingKeys.isEmpty, !options.replacesSigningKey {
            return refuseSigningKey(pair.id, found.signingKeys)
        }
        add(pair, .delete, "delete \(pair.id), which \(from) does not have", nil, found, false)
    }

    private mutating func takeMissing(_ source: SecretObject, _ pair: SecretPair, _ becomesImmutable: Bool) {
        let own = pair.ownKeys.intersection(source.values.keys)
        guard own.isEmpty else {
            return refuse(
                "own-keys-missing",
                "\(pair.id) is missing at \(to) and has keys that each site has its own values of "
                    + "(\(own.sorted().joined(separator: ", "))); make it there with those first")
        }
        let kind = becomesImmutable ? "create \(pair.id), immutable" : "create \(pair.id)"
        add(pair, .create, "\(kind) (\(Self.list(source.values.keys)))", source, nil, becomesImmutable)
    }

    private mutating func takeBoth(
        _ source: SecretObject, _ found: SecretObject, _ pair: SecretPair, _ options: SecretsSync.Options,
        _ becomesImmutable: Bool
    ) {
        let keys = pair.differingKeys(SecretDigests())
        let isOtherType = source.type != found.type
        let set = keys.differing + keys.missing
        let remove = options.deletesExtra || isOtherType ? keys.extra : []
        let wasKept = Set(keys.extra).subtracting(remove)
        if !wasKept.isEmpty {
            remarks.append(
                "\(pair.id) of \(to) keeps \(Self.list(wasKept)), which \(from) does not have; "
                    + "--delete-extra takes them away"
            )
        }
        let changesValues = !set.isEmpty || !remove.isEmpty
        let needsFlag = becomesImmutable && !found.isImmutable
        guard changesValues || isOtherType || !pair.wrongLabels.isEmpty || needsFlag else { return }
        let lost = found.signingKeys.union(source.signingKeys).intersection(keys.differing + remove)
        if !lost.isEmpty, !options.replacesSigningKey { return refuseSigningKey(pair.id, lost) }
        var parts: [String] = []
        if !set.isEmpty { parts.append("set \(Self.list(set))") }
        if !remove.isEmpty { parts.append("remove \(Self.list(remove))") }
        if !pair.wrongLabels.isEmpty { parts.append("set the labels \(Self.list(pair.wrongLabels))") }
        if needsFlag { parts.append("make it immutable") }
        if isOtherType { parts.insert("change the type to \(source.type.onOneLine(limit: 80))", at: 0) }
        let what = parts.joined(separator: ", ")
        guard isOtherType || (found.isImmutable && changesValues) else {
            add(pair, .update(set: set, remove: remove), "\(pair.id): \(what)", source, found, becomesImmutable)
            return
        }
        takeRecreation(
            source, found, pair, options, "\(pair.id): delete it and make it anew to \(what)", becomesImmutable)
    }

    private mutating func takeRecreation(
        _ source: SecretObject, _ found: SecretObject, _ pair: SecretPair, _ options: SecretsSync.Options,
        _ sentence: String, _ becomesImmutable: Bool
    ) {
        let why = found.isImmutable ? "is immutable" : "is of another type"
        guard options.recreates else {
            return refuse(
                "cannot-be-changed",
                "\(pair.id) of \(to) \(why), so that it can only be deleted and made anew; --recreate does that")
        }
        let kept = Set(found.values.keys).subtracting(source.values.keys).subtracting(pair.ownKeys)
        guard kept.isEmpty || options.deletesExtra else {
            return refuse(
                "extra-keys-would-go",
                "\(pair.id) of \(to) \(why) and has keys that \(from) does not have (\(Self.list(kept))); "
                    + "--delete-extra lets them go")
        }
        add(pair, .recreate, sentence, source, found, becomesImmutable || found.isImmutable)
    }

    private mutating func refuseSigningKey(_ id: SecretID, _ keys: Set<String>) {
        refuse(
            "signing-key-would-be-replaced",
            "\(id) of \(to) holds another signing key (\(Self.list(keys))); with it goes whatever other "
                + "homeservers know of \(to). --replace-signing-key does it where \(from) is known to be right")
    }

    private mutating func refuse(_ rule: String, _ sentence: String) {
        refusals.append(Refusal(rule: rule, sentence: sentence))
    }

    private mutating func add(
        _ pair: SecretPair, _ change: Action.Change, _ sentence: String, _ source: SecretObject?,
        _ found: SecretObject?,
        _ becomesImmutable: Bool
    ) {
        actions.append(
            Action(
                id: pair.id, sentence: sentence, change: change, source: source, found: found, ownKeys: pair.ownKeys,
                becomesImmutable: becomesImmutable))
    }

    private static func list(_ names: some Sequence<String>) -> String {
        names.sorted().map { $0.onOneLine(limit: 120) }.joined(separator: ", ")
    }
}
