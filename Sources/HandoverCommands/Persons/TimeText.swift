import ArgumentParser
import FailoverModel

/// Times as people and other systems write them.
enum TimeText {
    /// RFC 3339 with `Z` or an offset, `T` or a space, and any number of digits after the second (kept to microseconds).
    static func moment(_ text: String) -> Moment? {
        let (local, minutes) = split(text)
        guard let local, let minutes, local.utf8.count >= 19 else { return nil }
        let head = local.prefix(19)
        let fraction = local.dropFirst(19)
        let digits = fraction.dropFirst()
        guard fraction.isEmpty || (fraction.first == "." && !digits.isEmpty && digits.allSatisfy(\.isASCIIDigit)) else {
            return nil
        }
        let kept = digits.isEmpty ? "" : "." + digits.prefix(6)
        let canonical = head.prefix(10) + (head.dropFirst(10).first == " " ? "T" : head.dropFirst(10).prefix(1))
        return Moment("\(canonical)\(head.dropFirst(11))\(kept)Z").map {
            $0.advanced(byMilliseconds: -minutes * 60_000)
        }
    }

    /// As `moment`; also seconds, milliseconds or microseconds since 1970, told apart by their size, with a fraction.
    static func loose(_ text: String) -> Moment? {
        if let moment = moment(text) { return moment }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Int64(parts[0]), parts.dropFirst().allSatisfy({ $0.allSatisfy(\.isASCIIDigit) }) else {
            return nil
        }
        switch whole {
        case 100_000_000..<100_000_000_000:
            let fraction = parts.count > 1 ? String((parts[1] + "000000").prefix(6)) : "0"
            return Moment(microseconds: whole * 1_000_000 + (Int64(fraction) ?? 0))
        case 100_000_000_000..<100_000_000_000_000: return Moment(microseconds: whole * 1000)
        case 100_000_000_000_000..<100_000_000_000_000_000: return Moment(microseconds: whole)
        default: return nil
        }
    }

    static func argument(_ text: String) throws -> Moment {
        guard let moment = moment(text) else {
            throw ValidationError(
                "\"\(text)\" is no time. Write it as 2026-11-23T03:12:45Z, or with an offset: 2026-11-23T04:12:45+01:00."
            )
        }
        return moment
    }

    /// The time without its zone, and the zone's minutes from UTC.
    private static func split(_ text: String) -> (Substring?, Int64?) {
        if text.hasSuffix("Z") || text.hasSuffix("z") { return (text.dropLast(), 0) }
        let zone = text.suffix(6)
        let parts = zone.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = zone.first, "+-".contains(sign), parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), (0..<24).contains(hours),
            (0..<60).contains(minutes)
        else { return (nil, nil) }
        return (text.dropLast(6), (sign == "-" ? -1 : 1) * (hours * 60 + minutes))
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}
