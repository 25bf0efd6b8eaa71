/// The values of a projection, each of which is a record of its checkpoint, and which of them have changed since.
struct KeyedRecords<Value: JSONWritable & JSONReadable & Sendable>: Sendable {
    /// Of all its records.
    let name: String
    private(set) var values: [String: Value] = [:]
    private var changed: Set<String> = []

    init(name: String) { self.name = name }

    /// Setting `nil` removes the record.
    subscript(key: String) -> Value? {
        get { values[key] }
        set {
            values[key] = newValue
            changed.insert(key)
        }
    }

    /// Changes a value where it lies, if there is one.
    @inline(__always)
    mutating func update(_ key: String, _ body: (inout Value) -> Void) {
        guard let index = values.index(forKey: key) else { return }
        body(&values.values[index])
        changed.insert(key)
    }

    var records: [ProjectionRecord] { values.map { record($0.key, $0.value) } }

    mutating func takeChanges() -> [ProjectionRecord] {
        defer { changed = [] }
        return changed.map { record($0, values[$0]) }
    }

    mutating func restore(_ record: ProjectionRecord, body: [UInt8]) throws(DecodingFailure) {
        values[record.key] = try Value(json: body)
    }

    private func record(_ key: String, _ value: Value?) -> ProjectionRecord {
        ProjectionRecord(name: name, key: key, body: value?.jsonBytes)
    }
}
