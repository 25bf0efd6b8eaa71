/// Who asks, as far as it is known.
struct Visitor: Sendable, Equatable {
    /// How it is known.
    enum Means: Sendable, Equatable {
        /// Nobody had to say: the page listens on loopback without tokens.
        case loopback
        /// A bearer token in the request's own header, which no other site's page can send.
        case token
        /// The cookie of a session, by its value.
        case session(String)
        case certificate
    }

    /// The name in the token file, or of the certificate; `nil` where nobody had to say.
    var name: String?
    var means: Means

    var isSession: Bool { if case .session = means { true } else { false } }

    /// What a form's word is bound to; `nil` where none is needed.
    var formHolder: String? {
        switch means {
        case .session(let secret): "session \(secret)"
        case .certificate: "certificate \(name ?? "")"
        case .loopback, .token: nil
        }
    }
}
