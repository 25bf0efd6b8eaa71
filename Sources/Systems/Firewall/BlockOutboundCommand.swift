import FailoverModel

/// `firewall.block`: nothing goes out of the site at one of its firewalls; what comes in is still answered.
///
/// Done means that the block is in place and that every probe that got through before does so no more.
struct BlockOutboundCommand: StepCommand {
    static let name = "firewall.block"
    /// What a person answers for who goes on although something else in the cluster lets traffic out.
    static let acceptance = "leaky-block"
    let access: FirewallAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding { try await look(context, context.remembered) }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await look(context, context.remembered ?? finding.facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let mark = RememberedBlock(facts: context.remembered ?? finding.facts)?.mark ?? context.run
        let driver = try access.firewall(of: context).driver
        // Whose it is may have changed since the look, and closing would replace it.
        guard try await !driver.look().isForeign else {
            throw Fault(
                .refused, "\(driver.title) is there by now and was not made by Handover", at: "site \(context.site)",
                next: "Take it away by hand, then resume.")
        }
        try await driver.close(mark: mark)
    }

    private func look(_ context: StepContext, _ earlier: JSONValue?) async throws(Fault) -> Finding {
        let firewall = try access.firewall(of: context)
        let driver = firewall.driver
        let seen = try await driver.look()
        let probed = await firewall.tryProbes()
        let block =
            RememberedBlock(facts: earlier)
            ?? RememberedBlock(before: seen.saved, mark: context.run, controls: probed.through)
        if seen.isForeign { return .foreignBlock(driver, facts: block.facts) }
        let holes = try await driver.holes()
        guard holes.isEmpty || context.accepted.contains(Self.acceptance) else {
            return Finding(
                .refused(rule: "defeated-block", acceptance: Self.acceptance),
                "\(driver.title) would not close everything, because \(driver.defeat): "
                    + "\(holes.inWords); take them away, or answer for what they let out", facts: block.facts)
        }
        guard seen.isWhole else {
            try await driver.rehearse(mark: block.mark)
            let verb = seen.isThere ? "does not close everything and will be made whole" : "will be made"
            return Finding(
                .needed, "\(driver.title) \(verb); \(Self.expectation(probed, driver))", facts: block.facts)
        }
        return Self.judge(block, probed, driver)
    }

    /// What the probes will be able to prove.
    private static func expectation(_ probed: ProbeResults, _ driver: any FirewallDriver) -> String {
        guard !probed.results.isEmpty else {
            return "no probe of the topology will try whether it holds: \(driver.limits)"
        }
        let parts = [
            probed.through.isEmpty ? nil : "\(probed.through.inWords) got through just now and must not afterwards",
            probed.cut.isEmpty
                ? nil : "nothing will be proven by \(probed.cut.inWords), which did not get through even before",
            probed.unknown.isEmpty ? nil : "not to be tried: \(probed.unknown.inWords)",
        ]
        return parts.compactMap(\.self).joined(separator: "; ")
    }

    private static func judge(
        _ block: RememberedBlock, _ probed: ProbeResults, _ driver: any FirewallDriver
    ) -> Finding {
        guard probed.through.isEmpty else {
            return Finding(
                .waiting, "\(driver.title) is in place, and \(probed.through.inWords) still got through",
                facts: block.facts)
        }
        let silent = block.controls.filter { !probed.cut.contains($0) }
        guard silent.isEmpty else {
            let why = probed.unknown.isEmpty ? silent.inWords : probed.unknown.inWords
            return Finding(
                .waiting, "\(driver.title) is in place, and what got through before cannot be tried: \(why)",
                facts: block.facts)
        }
        let unproven = probed.results.keys.filter { !block.controls.contains($0) }.sorted()
        let parts = [
            "\(driver.title) is in place",
            block.controls.isEmpty
                ? "nothing has proven that it holds: \(driver.limits)"
                : "\(block.controls.inWords) got through before and did not any more",
            unproven.isEmpty || block.controls.isEmpty
                ? nil : "nothing is proven by \(unproven.inWords), not seen to get through before",
        ]
        return Finding(.done, parts.compactMap(\.self).joined(separator: "; "), facts: block.facts)
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let block = RememberedBlock(facts: context.remembered) else {
            return Finding(.done, "nothing was closed")
        }
        let firewall = try access.firewall(of: context)
        let (driver, seen) = (firewall.driver, try await firewall.driver.look())
        guard seen.saved != block.before else {
            guard block.before == nil else { return Finding(.done, "\(driver.title) is as it was found") }
            let probed = await firewall.tryProbes()
            let silent = block.controls.filter { !probed.through.contains($0) && probed.results[$0] != nil }
            return silent.isEmpty
                ? Finding(.done, "\(driver.title) is not there, as before", facts: block.facts)
                : Finding(
                    .waiting, "\(driver.title) is gone, and \(silent.inWords) did not get through yet",
                    facts: block.facts)
        }
        guard seen.isThere else {
            return Finding(
                .done, "\(driver.title) was taken away by somebody since, and is not made again", facts: block.facts)
        }
        guard seen.mark == block.mark else {
            return Finding(
                .done, "\(driver.title) was made anew by \(seen.mark ?? "somebody") since, and is left alone",
                facts: block.facts)
        }
        let what = block.before == nil ? "will be taken away" : "gets back what it held before"
        return Finding(.needed, "\(driver.title) \(what)", facts: block.facts)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let block = RememberedBlock(facts: context.remembered) else { return }
        let driver = try access.firewall(of: context).driver
        let seen = try await driver.look()
        guard seen.isThere, seen.mark == block.mark else { return }
        try await driver.restore(block.before, seen: seen)
    }
}
