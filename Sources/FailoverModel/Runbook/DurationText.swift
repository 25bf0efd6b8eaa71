/// Durations as people write them: `90s`, `15m`, `1h30m`, `500ms`, `90d`. The value is always whole milliseconds.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// `nil` where the text is not a duration: units fall from days to milliseconds, each at most once, numbers are whole.
    package static func milliseconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        var total: Int64 = 0
        var next = units.startIndex
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !("0"..."9").contains($0) }
            rest = rest.dropFirst(name.count)
            guard let number = Int64(digits), let unit = units[next...].firstIndex(where: { $0.name == name }) else {
                return nil
            }
            let (product, overflows) = number.multipliedReportingOverflow(by: units[unit].milliseconds)
            let (sum, overflowsToo) = total.addingReportingOverflow(product)
            guard !overflows, !overflowsToo else { return nil }
            total = sum
            next = unit + 1
        }
        return total
    }

    /// The shortest writing that `milliseconds` reads back. Days only where they are whole and more than one: nobody says
    /// `1d2h` for the 26 hours that a backup may be old.
    package static func text(_ milliseconds: Int64) -> String {
        guard milliseconds > 0 else { return "0s" }
        let day = units[0].milliseconds
        if milliseconds > day, milliseconds % day == 0 { return "\(milliseconds / day)d" }
        var rest = milliseconds
        var text = ""
        for unit in units.dropFirst() where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text
    }
}
