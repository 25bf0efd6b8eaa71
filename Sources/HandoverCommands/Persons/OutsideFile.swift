import Crypto
import FailoverModel
import Foundation
import JournalStore

/// A file of events that happened elsewhere: JSON Lines, or CSV with a header.
struct OutsideFile {
    let path: String
    /// What `--source` says.
    let source: String?

    /// A message of this length is no message; `journal` entries are read whole.
    static let longestText = 100_000

    /// Names under which other systems give each part, the most telling first. A dot leads into an object.
    private static let names = (
        time: [
            "time", "timestamp", "@timestamp", "at", "startsAt", "ts", "created_at", "createdAt", "date",
            "origin_server_ts",
        ],
        text: [
            "text", "message", "msg", "summary", "annotations.summary", "annotations.description", "description",
            "content.body", "body", "title", "labels.alertname", "alertname", "name",
        ],
        author: ["author", "user", "sender", "username", "nick", "from"],
        source: ["source", "channel", "room", "room_id", "service", "receiver"]
    )

    func events() throws(Fault) -> [OutsideEventRecorded] {
        let text = try InputFile.read(
            path, called: "file of events", ifMissing: "Give the file that holds the alerts or messages")
        let bytes = text.bytes
        guard var whole = String(validating: bytes, as: UTF8.self) else {
            throw Fault(.invalid, "it is not text in UTF-8", at: path, next: "Save it as UTF-8")
        }
        if whole.hasPrefix("\u{FEFF}") { whole.removeFirst() }
        let isJSON = whole.first { !$0.isWhitespace } == "{"
        let events = isJSON ? try lines(of: whole) : try rows(of: whole)
        guard !events.isEmpty else {
            throw Fault(
                .invalid, "it holds no event", at: path, next: "Give JSON Lines, or CSV with a first line of names")
        }
        return events
    }

    // MARK: JSON Lines

    private func lines(of text: String) throws(Fault) -> [OutsideEventRecorded] {
        var events: [OutsideEventRecorded] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.allSatisfy(\.isWhitespace) { continue }
            let parsed = try? JSONSerialization.jsonObject(with: Data(line.utf8))
            guard let object = parsed as? [String: Any] else {
                throw wrong(
                    "the line is no JSON object", line: index + 1,
                    "Write one object a line, as {\"time\": …, \"text\": …}")
            }
            let event = try event(line: index + 1, canonical: String(line)) { Self.value(object, at: $0) }
            events.append(event)
        }
        return events
    }

    private static func value(_ object: [String: Any], at name: String) -> String? {
        if let value = object[name] { return text(value) }
        let parts = name.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let inner = object[String(parts[0])] as? [String: Any] else { return nil }
        return value(inner, at: String(parts[1]))
    }

    private static func text(_ value: Any) -> String? {
        switch value {
        case let text as String: text
        case let number as NSNumber: number.stringValue
        default: nil
        }
    }

    // MARK: CSV

    private func rows(of text: String) throws(Fault) -> [OutsideEventRecorded] {
        let rows: [CommaSeparated.Row]
        do { rows = try CommaSeparated.rows(of: text) } catch {
            throw wrong(error.what, line: error.line, "Write each quoted field as \"…\", with \"\" for a quote in it")
        }
        guard let header = rows.first else { return [] }
        let names = header.fields.map { $0.trimmingCharacters(in: .whitespaces) }
        var events: [OutsideEventRecorded] = []
        for row in rows.dropFirst() {
            if row.fields.allSatisfy(\.isEmpty) { continue }
            guard row.fields.count == names.count else {
                throw wrong(
                    "the row has \(row.fields.count) fields, the first line names \(names.count)", line: row.line,
                    "Quote a field that has commas or line breaks in it")
            }
            let event = try event(line: row.line, canonical: row.fields.joined(separator: "\u{1F}")) { name in
                names.firstIndex { $0.caseInsensitiveCompare(name) == .orderedSame }.map { row.fields[$0] }
            }
            events.append(event)
        }
        return events
    }

    // MARK: One event

    private func event(
        line: Int, canonical: String, _ value: (String) -> String?
    ) throws(Fault) -> OutsideEventRecorded {
        func first(_ names: [String]) -> String? {
            names.lazy.compactMap(value).first { !$0.allSatisfy(\.isWhitespace) }
        }
        guard let time = first(Self.names.time) else {
            throw wrong(
                "there is no time", line: line,
                "Name it time; \(Self.names.time.joined(separator: ", ")) are understood")
        }
        guard let at = TimeText.loose(time.trimmingCharacters(in: .whitespaces)) else {
            throw wrong(
                "\"\(time.prefix(60))\" is no time", line: line,
                "Write it as 2026-11-23T03:12:45Z, with an offset, or as seconds or milliseconds since 1970")
        }
        guard let text = first(Self.names.text) else {
            throw wrong(
                "there is no text", line: line,
                "Name it text; \(Self.names.text.joined(separator: ", ")) are understood")
        }
        guard text.utf8.count <= Self.longestText else {
            throw wrong(
                "the text has \(text.utf8.count) bytes", line: line,
                "Shorten it to \(Self.longestText) or leave the line out")
        }
        let source = first(Self.names.source) ?? source ?? defaultSource
        let digest = SHA256.hash(data: Data(canonical.utf8))
        return OutsideEventRecorded(
            at: at, source: source, author: first(Self.names.author), text: text, digest: Array(digest).hexadecimal)
    }

    private var defaultSource: String {
        let name = URL(filePath: path).deletingPathExtension().lastPathComponent
        return name.isEmpty ? path : name
    }

    private func wrong(_ what: String, line: Int, _ next: String) -> Fault {
        Fault(.invalid, what, at: "\(path):\(line)", next: next)
    }
}
