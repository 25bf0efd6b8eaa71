/// A system of a site was looked at.
package struct SiteObserved: EventPayload {
    package static let type: StaticString = "site.observed"
    package var observation: SiteObservation

    package init(_ observation: SiteObservation) { self.observation = observation }

    package func write(to writer: inout JSONWriter) { observation.write(to: &writer) }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        observation = try SiteObservation(from: &reader)
    }
}

/// Secrets of a site were compared with those of a reference site. Verdicts only, never values or plain digests.
package struct SecretsCompared: EventPayload {
    package static let type: StaticString = "secrets.compared"
    /// The site they were compared with.
    package var reference: String
    package var site: String
    package var verdicts: [SecretVerdict]

    package init(reference: String, site: String, verdicts: [SecretVerdict]) {
        self.reference = reference
        self.site = site
        self.verdicts = verdicts
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("reference", reference)
            $0.field("site", site)
            $0.field("verdicts", verdicts)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(reference: "", site: "", verdicts: [])
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "reference": reference = try reader.string()
            case "site": site = try reader.string()
            case "verdicts": verdicts = try reader.list()
            default: try reader.skip()
            }
        }
    }
}

package struct SecretVerdict: Hashable, Sendable, JSONWritable, JSONReadable {
    package enum Verdict: String, CaseIterable, Sendable {
        case inSync, differs, missing, extra, wrongLabel, wrongType, unknown
    }

    /// The Secret's name.
    package var name: String
    package var verdict: Verdict
    /// The names of the keys that differ.
    package var keys: [String]

    package init(name: String, verdict: Verdict, keys: [String] = []) {
        self.name = name
        self.verdict = verdict
        self.keys = keys
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("keys", keys)
            $0.field("name", name)
            $0.field("verdict", verdict.rawValue)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(name: "", verdict: .unknown)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "keys": keys = try reader.strings()
            case "name": name = try reader.string()
            case "verdict": verdict = try reader.name()
            default: try reader.skip()
            }
        }
    }
}
