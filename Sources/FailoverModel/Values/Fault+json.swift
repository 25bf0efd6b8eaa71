extension Fault: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("kind", kind.rawValue)
            $0.field("next", next)
            $0.field("place", place)
            $0.field("retryAfterMilliseconds", retryAfterMilliseconds)
            $0.field("what", what)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(.invalid, "", at: "", next: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "kind": kind = try reader.name()
            case "next": next = try reader.string()
            case "place": place = try reader.string()
            case "retryAfterMilliseconds": retryAfterMilliseconds = try reader.integer()
            case "what": what = try reader.string()
            default: try reader.skip()
            }
        }
    }
}
