import FailoverModel

/// What says that external-dns manages a name: a TXT record of its registry
/// (kubernetes-sigs.github.io/external-dns, "The TXT registry").
struct NameOwnership: Equatable, Sendable {
    /// Where the record stands: the name itself, or the name behind the type that it is about (`a-matrix.example.org`).
    var record: String
    var owner: String

    /// `nil` for other texts.
    init?(record: String, text: String) {
        let fields = text.trimmingPrefix("\"").split(separator: ",")
        guard fields.first == "heritage=external-dns" else { return nil }
        let owner = fields.first { $0.hasPrefix("external-dns/owner=") }.map { $0.dropFirst(19).prefix { $0 != "\"" } }
        self.record = record
        self.owner = String(owner ?? "unknown").onOneLine(limit: 80)
    }

    /// Where external-dns may have written it for a name of the zone; with a prefix of its owner's choice, elsewhere.
    static func records(for name: String, zone: String) -> [String] {
        ([name] + DNSRecordType.allCases.map { "\($0.rawValue.lowercased())-\(name)" })
            .filter { DomainName.isInside($0, zone: zone) }
    }
}

extension NameServer {
    /// The ownership records of external-dns at the names.
    func ownerships(of names: [String], zone: String) async throws(Fault) -> [NameOwnership] {
        let records = names.flatMap { NameOwnership.records(for: $0, zone: zone) }
        let questions = records.compactMap { record in DNSName(record).map { (record, $0) } }
        let messages = questions.map { DNSMessage.question($0.1, RecordCode.text, id: .random(in: 0 ... .max)) }
        let answers = try await transport.answers(to: messages, from: server, effect: .reads)
        var found: [NameOwnership] = []
        for ((record, name), bytes) in zip(questions, answers) {
            // Only for a warning: what cannot be read is none.
            guard let message = try? DNSMessage(bytes) else { continue }
            for answer in message.answers where answer.owner == name && answer.type == RecordCode.text {
                let text = Self.text(message.data(of: answer))
                if let ownership = NameOwnership(record: record, text: text) { found.append(ownership) }
            }
        }
        return found
    }

    /// The strings of a TXT record, each behind its length, put together (RFC 1035 §3.3.14).
    private static func text(_ data: some Collection<UInt8>) -> String {
        var (text, rest): ([UInt8], [UInt8]) = ([], Array(data))
        while let length = rest.first {
            text += rest.dropFirst().prefix(Int(length))
            rest = Array(rest.dropFirst(Int(length) + 1))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
