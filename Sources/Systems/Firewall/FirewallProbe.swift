import FailoverModel

/// Tries from inside whether traffic gets through.
///
/// Always a program of the topology's: Handover itself stands outside, and what it can reach says nothing about the site.
struct FirewallProbe: Sendable {
    var name: String
    var host: HostProgram

    func result() async -> ProbeResults.Result {
        do throws(Fault) {
            let ended = try await host.run()
            return Self.reading(of: ended, isCurl: host.words.contains { $0.split(separator: "/").last == "curl" })
        } catch { return .unknown(error.what) }
    }

    /// What an ending says: refused, unreachable or silent is closed, and any answer at all is open. A name that is not
    /// found says neither, because a block keeps a resolver from answering just as a broken resolver does.
    static func reading(of ended: ProgramCall.Ended, isCurl: Bool) -> ProbeResults.Result {
        guard let status = ended.status else { return .unknown("a signal ended it") }
        if status == 0 { return .through }
        if status == 255 { return .unknown("it ended with 255: \(ended.sentence)") }
        if (isCurl && [5, 6].contains(status)) || unfoundNames.contains(where: ended.errors.contains) {
            return .unknown("the name was not found; let it try an address: \(ended.sentence)")
        }
        return isCurl && answeredCurl.contains(status) ? .through : .cut
    }

    /// How resolvers say it, in the words of libc, curl and busybox.
    private static let unfoundNames = [
        "Name or service not known", "Temporary failure in name resolution", "Could not resolve host",
        "No address associated with hostname", "nodename nor servname provided", "bad address '",
    ]

    /// The statuses with which curl ends although a server was there: an HTTP status with --fail, a certificate that is not
    /// trusted, no HTTP, an answer that ended early.
    private static let answeredCurl: Set<Int32> = [1, 8, 18, 22, 47, 51, 52, 58, 60, 61, 67, 83, 90, 91]
}

/// What the probes of a firewall have seen, by their names.
struct ProbeResults: Equatable, Sendable {
    enum Result: Equatable, Sendable {
        case through, cut
        /// It could not be tried.
        case unknown(String)
    }

    var results: [String: Result] = [:]

    var through: [String] { names { $0 == .through } }
    var cut: [String] { names { $0 == .cut } }
    /// Those that could not be tried, with the reason.
    var unknown: [String] {
        results.sorted { $0.key < $1.key }.compactMap { name, result in
            if case .unknown(let why) = result { "\(name) (\(why))" } else { nil }
        }
    }
    /// Those that did not get through, whatever the reason.
    var notThrough: [String] { names { $0 != .through } }

    private func names(where isWanted: (Result) -> Bool) -> [String] {
        results.filter { isWanted($0.value) }.map(\.key).sorted()
    }
}

extension [String] {
    /// `a`, `a and b`, `a, b and c`.
    var inWords: String {
        guard count > 1, let last else { return first ?? "" }
        return "\(dropLast().joined(separator: ", ")) and \(last)"
    }
}
