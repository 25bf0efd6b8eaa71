/// What went wrong with a system or with input, where, and what to do next.
///
/// One error type for everything that can end up in the journal: a fault is data. Its texts are shown and journalled,
/// so whoever makes one leaves secrets out.
package struct Fault: Error, Equatable, Sendable {
    /// What the fault says about the world; the engine decides on this alone.
    package enum Kind: String, CaseIterable, Equatable, Sendable {
        /// The system could not be reached; nothing was done there.
        case unreachable
        /// It is not known whether the request took effect: a time-out, a lost connection, a half answer.
        case uncertain
        /// The system answered that it does not accept this (an SQL error, 422, …); nothing was done.
        case rejected
        /// The system does not let these credentials do this (401, 403, wrong password, missing privilege).
        case forbidden
        /// Somebody else changed the thing in the meantime (409, compare-and-swap lost).
        case conflict
        /// The system asks to come back later (429, starting up).
        case throttled
        /// The system is broken for the moment (5xx, out of resources).
        case unavailable
        /// A safety rule of Handover forbids it.
        case refused
        /// Input is wrong: a file, a parameter, an answer that is not what the protocol allows.
        case invalid

        /// Whether trying the same again may help without anybody doing something.
        package var mayPass: Bool {
            switch self {
            case .unreachable, .uncertain, .conflict, .throttled, .unavailable: true
            case .rejected, .forbidden, .refused, .invalid: false
            }
        }
    }

    /// How a system that was asked stayed silent.
    package enum Silence: Equatable, Sendable {
        /// This machine has no way to it.
        case noRoute
        /// Nothing came in time, which is no refusal: it may live and hang.
        case late
    }

    package var kind: Kind
    /// What is wrong, one sentence without a full stop.
    package var what: String
    /// File and line, site and system, step, or sequence.
    package var place: String
    /// What a person does next, one sentence.
    package var next: String
    /// How long the system asked us to wait, in milliseconds.
    package var retryAfterMilliseconds: Int64?
    /// Set by the driver that met it, for whoever judges what lies behind; not journalled.
    package var silence: Silence?

    package init(
        _ kind: Kind, _ what: String, at place: String, next: String, retryAfterMilliseconds: Int64? = nil,
        silence: Silence? = nil
    ) {
        self.kind = kind
        self.what = what
        self.place = place
        self.next = next
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.silence = silence
    }
}

extension Fault: CustomStringConvertible {
    package var description: String { "\(place): \(what). \(next)" }
}
