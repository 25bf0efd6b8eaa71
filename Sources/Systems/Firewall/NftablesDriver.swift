import FailoverModel

/// Closes a host, and what it forwards, with a table of nftables of our own.
struct NftablesDriver: FirewallDriver {
    /// `nft` there: `[nft]`, `[ssh, host, sudo, nft]`, …
    let host: HostProgram
    /// What the topology calls this firewall.
    let name: String
    let block: NftablesBlock

    var title: String { "the table inet \(NftablesBlock.table) at firewall \(name)" }
    let limits = "traffic that does not pass this host's netfilter is not covered"

    /// Two looks: whether there is such a table is read from the list of tables, not from the words of an error.
    func look() async throws(Fault) -> BlockSeen {
        let tables = try await objects(["-j", "list", "tables"])
        let isThere = tables.contains {
            $0["table"]?["family"] == "inet" && $0["table"]?["name"] == .string(NftablesBlock.table)
        }
        guard isThere else { return .nothing }
        let words = ["list", "table", "inet", NftablesBlock.table]
        let (isWhole, mark) = block.judge(try await objects(["-j"] + words))
        let text = try await nft(["-s"] + words).output
        guard text.utf8.count <= 65_536, NftablesBlock.isListing(text) else {
            throw Fault(
                .invalid, "the table inet \(NftablesBlock.table) is too large or not as nft lists one", at: host.place,
                next: "Look at it with nft list table inet \(NftablesBlock.table).")
        }
        return BlockSeen(saved: .string(text), isWhole: isWhole, mark: mark)
    }

    /// Another table cannot let through what this one turns away.
    func holes() async throws(Fault) -> [String] { [] }

    func rehearse(mark: String) async throws(Fault) { _ = try await nft(["-c", "-f", "-"], block.text(mark: mark)) }

    func close(mark: String) async throws(Fault) {
        _ = try await nft(["-f", "-"], block.text(mark: mark), changes: true)
    }

    func restore(_ saved: JSONValue?, seen: BlockSeen) async throws(Fault) {
        let text = saved?.text ?? ""
        guard text.isEmpty || NftablesBlock.isListing(text) else {
            throw Fault(
                .invalid, "what is remembered of the table is not a table of nftables", at: host.place,
                next: "Restore it by hand, then skip the step.")
        }
        _ = try await nft(["-f", "-"], NftablesBlock.replacing + text, changes: true)
    }

    private func objects(_ arguments: [String]) async throws(Fault) -> [JSONValue] {
        let output = try await nft(arguments).output
        guard let listing = try? JSONValue(json: Array(output.utf8)),
            let objects = listing["nftables"]?.elements
        else {
            throw Fault(
                .invalid, "the answer is not the JSON that nft prints: \(output.prefix(100).onOneLine())",
                at: host.place,
                next: "Check that \"program\" ends with nft, built with JSON (nft -j list tables).")
        }
        return objects
    }

    /// Runs nft to a good end. What it refuses, it refuses whole.
    private func nft(
        _ arguments: [String], _ input: String = "", changes: Bool = false
    ) async throws(Fault) -> ProgramCall.Ended {
        let ended = try await host.run(arguments, input: input, changes: changes)
        guard ended.status != 0 else { return ended }
        let lines = ended.errors.split(whereSeparator: \.isNewline).map(String.init)
        let said = (lines.first { $0.contains("rror:") } ?? lines.first ?? ended.sentence).onOneLine()
        let denials = [
            "Operation not permitted", "Permission denied", "password is required", "terminal is required",
            "not in the sudoers", "not allowed to execute",
        ]
        if denials.contains(where: ended.errors.contains) {
            throw Fault(
                .forbidden, "nft may not be used there: \(said)", at: host.place,
                next: "Let this user run nft as root without a password, for example with sudo -n.")
        }
        throw Fault(
            .rejected, "nft ended with \(ended.status ?? -1): \(said)", at: host.place,
            next: "Try \(arguments.joined(separator: " ")) by hand; Handover was written against nft 1.0.6.")
    }
}
