import ArgumentParser
import FailoverModel
import Foundation
import TimelineReports

/// A time zone as a person names it: `Europe/Berlin`, `UTC`.
struct TimeZoneName {
    private let found: TimeZone

    init(_ name: String) throws {
        guard let zone = TimeZone(identifier: name) else {
            throw ValidationError(
                "\"\(name)\" is no time zone. Give a name of the tz database, such as Europe/Berlin or UTC.")
        }
        found = zone
    }

    private init(_ zone: TimeZone) { found = zone }

    /// That of this machine, or of `TZ`.
    static var current: TimeZoneName { TimeZoneName(.current) }

    /// `nil` for UTC, which is shown anyway.
    var zone: LocalZone? {
        let found = found
        if ["UTC", "GMT", "Etc/UTC", "Universal", "Zulu", "Etc/GMT"].contains(found.identifier) { return nil }
        return LocalZone(name: found.identifier) { moment in
            Int64(found.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.microseconds) / 1e6)))
        }
    }
}
