/// The content of one kind of event.
///
/// Changing a payload: a new optional field keeps the version; anything else freezes the old struct as `…V1` with an
/// `upcast()`, and adds a fixture under `journal/fixtures`. A written type, version or key is never reused.
package protocol EventPayload: Equatable, Sendable, JSONWritable, JSONReadable {
    /// `step.succeeded`: what is stored in the entry's `type`.
    static var type: StaticString { get }
    static var version: Int64 { get }
}

extension EventPayload {
    package static var version: Int64 { 1 }
}
