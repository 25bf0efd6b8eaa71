import FailoverModel

/// `firewall.open`: what Handover closed at one of the site's firewalls is open again, and the probes get through.
struct OpenOutboundCommand: StepCommand {
    static let name = "firewall.open"
    /// What a person answers for who goes on although outbound traffic does not get through.
    static let acceptance = "closed-outbound"
    let access: FirewallAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let firewall = try access.firewall(of: context)
        let (driver, seen) = (firewall.driver, try await firewall.driver.look())
        let found = RememberedBlock(before: seen.saved, mark: seen.mark ?? "", controls: [])
        let facts = context.remembered ?? found.facts
        if seen.isForeign { return .foreignBlock(driver, facts: facts) }
        if seen.isThere {
            return Finding(
                .needed, "\(driver.title), made by \(seen.mark ?? "nobody known"), will be taken away", facts: facts)
        }
        let probed = await firewall.tryProbes()
        let isGone = "\(driver.title) is not there"
        guard !probed.results.isEmpty else {
            return Finding(.done, "\(isGone); no probe has tried whether traffic gets through", facts: facts)
        }
        guard !probed.notThrough.isEmpty else {
            return Finding(.done, "\(isGone), and \(probed.through.inWords) got through", facts: facts)
        }
        let sentence = "\(isGone), and yet \((probed.cut + probed.unknown).inWords) did not get through"
        return context.accepted.contains(Self.acceptance)
            ? Finding(.done, "\(sentence); a person said to go on", facts: facts)
            : Finding(
                .refused(rule: "closed-elsewhere", acceptance: Self.acceptance),
                "\(sentence); open what else closes it, or correct the probe", facts: facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let driver = try access.firewall(of: context).driver
        let seen = try await driver.look()
        guard seen.isThere, !seen.isForeign else { return }
        try await driver.restore(nil, seen: seen)
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let found = RememberedBlock(facts: context.remembered), let before = found.before else {
            return Finding(.done, "nothing was opened")
        }
        let driver = try access.firewall(of: context).driver
        let seen = try await driver.look()
        if seen.saved == before {
            return Finding(.done, "\(driver.title) is there again, as it was found", facts: found.facts)
        }
        return seen.isThere
            ? Finding(
                .done, "\(driver.title) was made anew by \(seen.mark ?? "somebody") since, and is left alone",
                facts: found.facts)
            : Finding(.needed, "\(driver.title) will be made again as it was", facts: found.facts)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let before = RememberedBlock(facts: context.remembered)?.before else { return }
        let driver = try access.firewall(of: context).driver
        let seen = try await driver.look()
        guard !seen.isThere else { return }
        try await driver.restore(before, seen: seen)
    }
}
