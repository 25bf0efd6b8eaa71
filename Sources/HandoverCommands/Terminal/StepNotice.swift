import FailoverModel

/// What a step waits for, and since when.
struct StepNotice: Equatable, Sendable {
    var sentence: String
    var since: Moment
    var positions = PositionTracks()

    init(_ sentence: String, since: Moment) {
        self.sentence = sentence
        self.since = since
    }

    /// A further look at the same wait.
    mutating func take(_ sentence: String, seen: [SiteObservation], at moment: Moment) {
        self.sentence = sentence
        positions.take(seen, at: moment)
    }
}
