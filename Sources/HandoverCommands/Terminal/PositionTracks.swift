import FailoverModel

/// Where databases stand while a step waits for them, how far one has to go, and how fast it goes. Pure.
struct PositionTracks: Equatable, Sendable {
    private struct Track: Equatable, Sendable {
        var cluster: String
        var samples: [Sample]

        var position: LogPosition { samples.last?.position ?? LogPosition(bytes: 0) }

        /// `nil` where it was not watched for long enough.
        var bytesPerSecond: Int64? {
            guard let first = samples.first, let last = samples.last else { return nil }
            let span = last.at.milliseconds(since: first.at)
            guard span >= 1000 else { return nil }
            // Up to a petabyte, so that nothing overflows.
            return Int64(min(last.position.bytesAhead(of: first.position), 1 << 50)) * 1000 / span
        }
    }

    private struct Sample: Equatable, Sendable {
        var at: Moment
        var position: LogPosition
    }

    /// A speed is told of this span, in milliseconds; a shorter one jumps about.
    private static let windowMilliseconds: Int64 = 10_000
    /// By `site/cluster`.
    private var tracks: [String: Track] = [:]

    /// What was seen in one look.
    mutating func take(_ seen: [SiteObservation], at moment: Moment) {
        for observation in seen {
            guard case .postgres(let server) = observation.seen else { continue }
            let place = "\(observation.site)/\(observation.cluster ?? "")"
            var track = tracks[place] ?? Track(cluster: observation.cluster ?? "", samples: [])
            track.samples.append(Sample(at: moment, position: server.position))
            // One from before the window stays, so that the window is full.
            while track.samples.count > 2,
                moment.milliseconds(since: track.samples[1].at) >= Self.windowMilliseconds
            {
                track.samples.removeFirst()
            }
            tracks[place] = track
        }
    }

    /// A line a database, the one that is furthest first; none where none has anything to go.
    var lines: [String] {
        Set(tracks.values.map(\.cluster)).sorted().flatMap(lines)
    }

    private func lines(of cluster: String) -> [String] {
        let own = tracks.filter { $0.value.cluster == cluster && !$0.value.samples.isEmpty }
            .map { (place: $0.key, position: $0.value.position, speed: $0.value.bytesPerSecond) }
            .sorted { ($1.position, $0.place) < ($0.position, $1.place) }
        guard let first = own.first, own.contains(where: { $0.position < first.position }) else { return [] }
        return own.map { database in
            let bytes = Int64(clamping: first.position.bytesAhead(of: database.position))
            guard bytes > 0 else { return "\(database.place) at \(database.position)" }
            var words = "\(database.place) at \(database.position): \(SpanText.bytes(bytes)) to go"
            switch database.speed {
            case nil: break
            case 0?: words += ", stands still"
            case let speed?:
                words += ", \(SpanText.bytes(speed)) a second"
                if first.speed ?? 0 == 0 { words += ", about \(SpanText.of(bytes / speed * 1000)) left" }
            }
            return words
        }
    }
}
