import FailoverModel

/// The table of nftables that closes a host's outbound traffic, as text for `nft -f -`, and as `nft -j` lists it.
///
/// A reply to what comes in goes out (`ct direction reply`); nothing else does, not even on connections that this host or
/// those behind it opened before. That is why `ct state established` alone would not do. An IPv6 host without neighbour
/// discovery would answer nobody, so that stays open too.
/// https://wiki.nftables.org/wiki-nftables/index.php/Atomic_rule_replacement
struct NftablesBlock: Equatable, Sendable {
    static let table = "handover"
    var site: String
    var allow: [InternetNetwork]

    /// Each rule carries its purpose as a comment; by that it is known again, however nft writes it.
    private struct Rule: Equatable {
        var comment: String
        var verdict: String
    }

    private static let hooks = ["out": "output", "forward": "forward"]
    private static let mark = "blocked by handover, run "

    /// One transaction, the same however often it is given: the first line makes sure that there is one to delete.
    func text(mark: String) -> String {
        Self.replacing
            + """
            table inet \(Self.table) {
                comment "handover run=\(Self.safe(mark)) site=\(Self.safe(site))"
            \(chain("out", mark: mark))
            \(chain("forward", mark: mark))
            }

            """
    }

    /// Takes the table away, whether it is there or not (`destroy` is not known to nft 1.0.6).
    static let replacing = "table inet \(table)\ndelete table inet \(table)\n"

    private func chain(_ name: String, mark: String) -> String {
        var lines = ["type filter hook \(Self.hooks[name] ?? name) priority filter + 10; policy accept;"]
        if name == "out" {
            lines.append("oifname \"lo\" accept comment \"loopback\"")
            lines.append(
                "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } "
                    + "accept comment \"neighbours\"")
        }
        lines.append("ct state established,related ct direction reply accept comment \"replies\"")
        for network in allow {
            lines.append("\(network.address.isIPv6 ? "ip6" : "ip") daddr \(network) accept comment \"to \(network)\"")
        }
        lines.append("counter reject with icmpx admin-prohibited comment \"\(Self.mark)\(Self.safe(mark))\"")
        return "    chain \(name) {\n" + lines.map { "        \($0)\n" }.joined() + "    }"
    }

    private func rules(_ chain: String, mark: String) -> [Rule] {
        let own = chain == "out" ? ["loopback", "neighbours"] : []
        return (own + ["replies"] + allow.map { "to \($0)" }).map { Rule(comment: $0, verdict: "accept") }
            + [Rule(comment: Self.mark + mark, verdict: "reject")]
    }

    /// Whether the listing of the table holds both chains with exactly these rules, and the run that made it.
    ///
    /// - Parameter listing: the objects below `nftables`, as `nft -j list table` prints them.
    func judge(_ listing: [JSONValue]) -> (isWhole: Bool, mark: String?) {
        var found: [String: [Rule]] = [:]
        var hooked: [String: String] = [:]
        for object in listing {
            if let chain = object["chain"], let name = chain["name"]?.text {
                found[name] = found[name] ?? []
                if chain["type"] == "filter", chain["policy"] == "accept" { hooked[name] = chain["hook"]?.text }
            }
            guard let rule = object["rule"], let chain = rule["chain"]?.text else { continue }
            let last = rule["expr"]?.elements?.last?.fields?.keys.first ?? ""
            found[chain, default: []].append(Rule(comment: rule["comment"]?.text ?? "", verdict: last))
        }
        let marks = Set(found.values.compactMap { $0.last?.comment }.filter { $0.hasPrefix(Self.mark) })
        let mark = marks.sorted().first.map { String($0.dropFirst(Self.mark.count)) }
        let isWhole =
            hooked == Self.hooks && Set(found.keys) == Set(Self.hooks.keys)
            && found.allSatisfy { chain, rules in rules == self.rules(chain, mark: mark ?? "") }
        return (isWhole && mark != nil, mark)
    }

    /// Whether a text is one table of this name and nothing else, as `nft list table` prints it.
    static func isListing(_ text: String) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        return lines.first == "table inet \(table) {" && lines.last == "}"
            && lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix("\t") }
    }

    /// What may stand in a comment without ending it.
    private static func safe(_ text: String) -> String {
        String(text.prefix(60).map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.@/".contains($0)) ? $0 : "_" })
    }
}
