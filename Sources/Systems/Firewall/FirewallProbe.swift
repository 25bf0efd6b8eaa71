import FailoverModel

/// Tries from inside whether traffic gets through.
struct FirewallProbe: Sendable {
    var name: String
    var host: HostProgram

    func result() async -> ProbeResults.Result {
        do throws(Fault) {
            let ended = try await host.run()
            switch ended.status {
            case 0: return .through
            case 255: return .unknown("it ended with 255: \(ended.sentence)")
            default: return .cut
            }
        } catch { return .unknown(error.what) }
    }
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
