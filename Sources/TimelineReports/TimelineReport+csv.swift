import FailoverModel

extension TimelineReport {
    /// Every entry as it happened, one a row (RFC 4180: quoted, CRLF), the same rows as the JSON's `entries`.
    ///
    /// What is invisible or turns text round is shown; a cell that a spreadsheet would take for a formula (it begins with
    /// `=`, `+`, `-` or `@`) has an apostrophe before it.
    package var csv: String {
        let header = [
            "sequence", "run", "time", "recordedAt", "elapsedMilliseconds", "actor", "type", "kind", "step", "source",
            "author", "sentence", "clockWentBackMilliseconds", "placeUncertain",
        ]
        return ([header] + items.map(row)).map { $0.map(\.asCSVCell).joined(separator: ",") + "\r\n" }.joined()
    }

    private func row(_ placed: PlacedItem) -> [String] {
        let item = placed.item
        return [
            "\(item.point.sequence)", runs[placed.run].run, item.time.description, item.point.time.description,
            "\(placed.position / 1000)", item.actor, item.type, item.kind.rawValue, item.step ?? "", item.source ?? "",
            item.author ?? "", item.sentence, item.clockWentBackMilliseconds.map { "\($0)" } ?? "",
            item.isPlaceUncertain ? "true" : "false",
        ]
    }
}

extension String {
    var asCSVCell: String {
        let shown = shownSafely
        let isNumber = Int64(shown) != nil
        let isFormula = !isNumber && shown.first.map { "=+-@＝＋－＠".contains($0) } ?? false
        return "\"" + (isFormula ? "'" : "") + shown.replacing("\"", with: "\"\"") + "\""
    }
}
