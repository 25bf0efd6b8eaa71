/// One change of an object, as the store remembers it for watches.
struct WatchEvent: Sendable {
    enum Change: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    let change: Change
    let resourceVersion: Int64
    let key: ObjectKey
    let object: StoredObject
    /// The object before a modification, so that a watch with a selector sees it come and go.
    let previous: APIValue?
}
