/// Something that another system or a chat knows of, taken into the run's story by the entry's actor: an alert, a message.
package struct OutsideEventRecorded: EventPayload {
    package static let type: StaticString = "outside-event.recorded"
    /// When it happened, by the clock of where it comes from.
    package var at: Moment
    /// Where it comes from: `alertmanager`, `#incident`.
    package var source: String
    /// Who said it there; `nil` where nobody is named.
    package var author: String?
    package var text: String
    /// SHA-256 of the line it was read from, hexadecimal: a run takes the same line only once, whatever the source is called.
    package var digest: String

    package init(at: Moment, source: String, author: String? = nil, text: String, digest: String) {
        self.at = at
        self.source = source
        self.author = author
        self.text = text
        self.digest = digest
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("at", at)
            $0.field("author", author)
            $0.field("digest", digest)
            $0.field("source", source)
            $0.field("text", text)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(at: Moment(microseconds: 0), source: "", text: "", digest: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "at": at = try reader.moment()
            case "author": author = try reader.string()
            case "digest": digest = try reader.string()
            case "source": source = try reader.string()
            case "text": text = try reader.string()
            default: try reader.skip()
            }
        }
    }

    /// `alertmanager: disk full`, `#incident, bob: the power is back`.
    package var sentence: String { source + (author.map { ", \($0)" } ?? "") + ": \(text)" }
}
