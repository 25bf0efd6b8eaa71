import FailoverModel
import Foundation

/// Where an old primary was shut down: what `.status.demotionToken` holds in Base64 (cloudnative-pg pkg/utils/parser.go).
struct PromotionToken: Equatable, Sendable {
    var systemIdentifier: String
    var timeline: Int64
    /// The REDO location of the checkpoint that its shutdown wrote.
    var redo: LogPosition

    /// `nil` where it is no token.
    init?(_ text: String) {
        guard let data = Data(base64Encoded: text), let content = try? JSONValue(decoding: data, at: "token"),
            let identifier = content["databaseSystemIdentifier"]?.text,
            let timeline = content["latestCheckpointTimelineID"]?.text.flatMap(Int64.init),
            let redo = content["latestCheckpointREDOLocation"]?.text.flatMap({ LogPosition($0) })
        else { return nil }
        systemIdentifier = identifier
        self.timeline = timeline
        self.redo = redo
    }

    /// What a replica must be to take over without a loss; the operator checks the same and waits for ever where it is not.
    enum Judgement: Equatable, Sendable {
        case fits
        case later(String)
        case never(String)
    }

    /// `redo`: of the replica's last restartpoint, where one was just made.
    func judge(_ sight: ServerSight, restartpoint: LogPosition?) -> Judgement {
        let own = sight.observation
        if own.systemIdentifier != systemIdentifier {
            return .never("the token is of system identifier \(systemIdentifier), it has \(own.systemIdentifier)")
        }
        if own.timeline > timeline {
            return .never("the token is of timeline \(timeline), it is on \(own.timeline) already")
        }
        if own.timeline < timeline { return .later("it is on timeline \(own.timeline), the token on \(timeline)") }
        let replayed = own.replayed ?? own.position
        // The shutdown checkpoint's record begins at its REDO location, so it is replayed when more than that is.
        if replayed <= redo { return .later("it has replayed \(replayed), the old primary ended at \(redo)") }
        guard let restartpoint, restartpoint != redo else { return .fits }
        return restartpoint > redo
            ? .never("its restartpoint \(restartpoint) is beyond the token's \(redo)")
            : .later("its restartpoint is at \(restartpoint), the token's at \(redo)")
    }
}
