import CYaml

/// What libyaml reports while it reads a document.
///
/// Yams' `compose` is not used, because it builds the whole tree before limits can be applied, compares keys in a time that
/// doubles with every alias, stops at the first duplicate key, and looks at the environment. libyaml comes with Yams.
enum YAMLEvent {
    case documentStart
    case scalar(String, isPlain: Bool, anchor: String?)
    case alias(String)
    case sequenceStart(anchor: String?)
    case mappingStart(anchor: String?)
    case collectionEnd
}

enum YAMLEvents {
    /// Hands each event to `receive` until the stream ends, something is wrong, or `receive` throws.
    static func read(
        _ source: SourceText, _ receive: (YAMLEvent, SourcePlace) throws(Diagnostic) -> Void
    ) throws(Diagnostic) {
        // libyaml keeps a pointer to its own parser, so that one must not move.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            throw Diagnostic(
                "there is no memory to read it", at: SourcePlace(file: source.file), fix: "Free some memory.")
        }
        defer { yaml_parser_delete(parser) }
        let failure: Diagnostic? = source.content.withUnsafeBufferPointer { bytes in
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
            do throws(Diagnostic) {
                while try step(parser, source, receive) {}
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// One event; false at the end of the stream.
    private static func step(
        _ parser: UnsafeMutablePointer<yaml_parser_t>, _ source: SourceText,
        _ receive: (YAMLEvent, SourcePlace) throws(Diagnostic) -> Void
    ) throws(Diagnostic) -> Bool {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw YAMLSyntax.problem(parser.pointee, in: source) }
        defer { yaml_event_delete(&event) }
        let place = SourcePlace(file: source.file, event.start_mark)
        switch event.type {
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT:
            return false
        case YAML_DOCUMENT_START_EVENT:
            try receive(.documentStart, place)
        case YAML_ALIAS_EVENT:
            try receive(.alias(string(event.data.alias.anchor) ?? ""), place)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try refuse(tag: scalar.tag, at: place)
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            try receive(.scalar(text, isPlain: isPlain, anchor: string(scalar.anchor)), place)
        case YAML_SEQUENCE_START_EVENT:
            try refuse(tag: event.data.sequence_start.tag, at: place)
            try receive(.sequenceStart(anchor: string(event.data.sequence_start.anchor)), place)
        case YAML_MAPPING_START_EVENT:
            try refuse(tag: event.data.mapping_start.tag, at: place)
            try receive(.mappingStart(anchor: string(event.data.mapping_start.anchor)), place)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            try receive(.collectionEnd, place)
        default:
            break  // stream start, document end
        }
        return true
    }

    private static func refuse(tag: UnsafeMutablePointer<yaml_char_t>?, at place: SourcePlace) throws(Diagnostic) {
        guard let tag = string(tag) else { return }
        throw Diagnostic("the tag \(quote(tag)) is not supported", at: place, fix: "Write the value without a tag.")
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}

extension SourcePlace {
    /// libyaml counts from 0.
    init(file: String, _ mark: yaml_mark_t) {
        self.init(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
