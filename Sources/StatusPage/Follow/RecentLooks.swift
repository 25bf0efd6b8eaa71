import FailoverModel
import JournalStore

/// What is folded from the newest entries alone, beside the projections: lag over time, and checks.
struct RecentLooks: Sendable {
    private(set) var lag = LagHistory()
    private(set) var checks = CheckHistory()

    /// How many entries back it looks.
    static let distance: Int64 = 20_000

    mutating func take(_ entry: EntryBytes) throws {
        switch EventKind(entry.type) {
        case .siteObserved:
            if case .siteObserved(let payload) = try Event(entry) { lag.take(payload.observation, at: entry.time) }
        case .checkCompleted:
            if case .checkCompleted(let payload) = try Event(entry) {
                checks.take(
                    payload, sequence: entry.sequence, at: entry.time, by: String(decoding: entry.actor, as: UTF8.self))
            }
        default: break
        }
    }

    /// As of a sequence.
    static func before(
        _ sequence: Int64, in reader: JournalReader, distance: Int64 = Self.distance
    ) throws -> RecentLooks {
        var looks = RecentLooks()
        try reader.forEach(after: max(0, sequence - distance), through: sequence) { try looks.take($0) }
        return looks
    }
}
