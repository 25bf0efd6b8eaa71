/// Makes a tree of the parser's events and keeps it small: an alias counts for as many nodes as it stands for, so a few lines
/// of aliases to aliases are refused long before they cost memory or time.
struct YAMLTreeBuilder {
    static let mostNodes = 10_000
    static let mostAliases = 100
    static let mostDepth = 32
    static let tooDeep = (what: "it is nested more than \(mostDepth) levels deep", fix: "Write it flatter.")

    private struct Frame {
        var isMapping: Bool
        var place: SourcePlace
        var anchor: String?
        var items: [YAMLNode] = []
        var entries: [YAMLNode.Entry] = []
        var seen: [String: SourcePlace] = [:]
        var key: (text: String, place: SourcePlace)?
        var size = 1
        var height = 1
    }

    private struct Anchored {
        var node: YAMLNode
        var size: Int
        var height: Int
    }

    private var stack: [Frame] = []
    private var anchors: [String: Anchored] = [:]
    private var documents = 0
    private var nodes = 0
    private var aliases = 0
    private(set) var root: YAMLNode?
    /// Duplicate keys, which do not stop the reading.
    private(set) var problems = Diagnostics()

    mutating func receive(_ event: YAMLEvent, at place: SourcePlace) throws(Diagnostic) {
        switch event {
        case .documentStart: try startDocument(place)
        case .scalar(let text, let isPlain, let anchor): try scalar(text, isPlain: isPlain, anchor: anchor, at: place)
        case .alias(let name): try alias(name, at: place)
        case .sequenceStart(let anchor): try open(isMapping: false, anchor: anchor, at: place)
        case .mappingStart(let anchor): try open(isMapping: true, anchor: anchor, at: place)
        case .collectionEnd: close()
        }
    }

    private mutating func startDocument(_ place: SourcePlace) throws(Diagnostic) {
        documents += 1
        guard documents == 1 else {
            throw Diagnostic(
                "a second document begins here", at: place, fix: "Keep one document a file; remove the \"---\".")
        }
    }

    private mutating func scalar(
        _ text: String, isPlain: Bool, anchor: String?, at place: SourcePlace
    ) throws(Diagnostic) {
        try count(1, at: place)
        if isAtKey {
            let top = stack.count - 1
            if let first = stack[top].seen[text] {
                problems.add(
                    "the key \(quote(text)) is there twice, first in line \(first.line)", at: place,
                    fix: "Remove one of them.")
            } else {
                stack[top].seen[text] = place
            }
            stack[top].key = (text, place)
            return
        }
        add(YAMLNode(content: .scalar(text, isPlain: isPlain), place: place), anchor: anchor, size: 1, height: 0)
    }

    private mutating func open(isMapping: Bool, anchor: String?, at place: SourcePlace) throws(Diagnostic) {
        try count(1, at: place)
        try refuseAsKey(at: place)
        guard stack.count < Self.mostDepth else {
            throw Diagnostic(Self.tooDeep.what, at: place, fix: Self.tooDeep.fix)
        }
        stack.append(Frame(isMapping: isMapping, place: place, anchor: anchor))
    }

    private mutating func close() {
        guard let frame = stack.popLast() else { return }
        let content: YAMLNode.Content = frame.isMapping ? .mapping(frame.entries) : .sequence(frame.items)
        add(
            YAMLNode(content: content, place: frame.place), anchor: frame.anchor, size: frame.size, height: frame.height
        )
    }

    private mutating func alias(_ name: String, at place: SourcePlace) throws(Diagnostic) {
        try refuseAsKey(at: place)
        aliases += 1
        guard let anchored = anchors[name] else {
            throw Diagnostic(
                "the alias \(quote("*" + name)) has no anchor before it", at: place,
                fix: "Write \"&\(name)\" before the value that it stands for.")
        }
        guard aliases <= Self.mostAliases else {
            throw Diagnostic(
                "there are more than \(Self.mostAliases) aliases", at: place, fix: "Write the values out.")
        }
        try count(anchored.size, at: place)
        guard stack.count + anchored.height <= Self.mostDepth else {
            throw Diagnostic(Self.tooDeep.what, at: place, fix: Self.tooDeep.fix)
        }
        add(anchored.node, anchor: nil, size: anchored.size, height: anchored.height)
    }

    /// Whether the next value is a key of the mapping that is open.
    private var isAtKey: Bool {
        guard let top = stack.last else { return false }
        return top.isMapping && top.key == nil
    }

    private mutating func count(_ more: Int, at place: SourcePlace) throws(Diagnostic) {
        nodes += more
        guard nodes <= Self.mostNodes else {
            throw Diagnostic(
                "with its aliases written out it has more than \(Self.mostNodes) values", at: place,
                fix: "Use fewer aliases, or split the file.")
        }
    }

    private func refuseAsKey(at place: SourcePlace) throws(Diagnostic) {
        guard isAtKey else { return }
        throw Diagnostic("a key must be a plain text", at: place, fix: "Write it as \"key: value\".")
    }

    /// Puts a finished node into the collection that is open, or makes it the root.
    private mutating func add(_ node: YAMLNode, anchor: String?, size: Int, height: Int) {
        if let anchor { anchors[anchor] = Anchored(node: node, size: size, height: height) }
        guard var top = stack.popLast() else {
            root = root ?? node
            return
        }
        if let key = top.key {
            if top.seen[key.text] == key.place {
                top.entries.append(YAMLNode.Entry(key: key.text, keyPlace: key.place, value: node))
            }
            top.key = nil
        } else {
            top.items.append(node)
        }
        top.size += size
        top.height = max(top.height, height + 1)
        stack.append(top)
    }
}
