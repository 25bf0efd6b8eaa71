import CLibPQ
import Glibc

/// `@unchecked Sendable`: a PGcancel is made to be used on another thread (PostgreSQL 15 §34.7); one closure holds it.
final class CancelRequest: @unchecked Sendable {
    private let pointer: OpaquePointer
    init(pointer: OpaquePointer) { self.pointer = pointer }
    deinit { PQfreeCancel(pointer) }
    func send() {
        var reason = [CChar](repeating: 0, count: 256)
        _ = PQcancel(pointer, &reason, Int32(reason.count))
    }
}

/// Calls `body` with C copies of the texts, which are overwritten before they are freed: some are passwords.
func withCStrings<Value>(_ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
    let copies = texts.map { $0.flatMap { strdup($0) } }
    defer {
        for copy in copies where copy != nil {
            if let copy {
                explicit_bzero(copy, strlen(copy))
                free(copy)
            }
        }
    }
    return body(copies.map { $0.map { UnsafePointer($0) } })
}
