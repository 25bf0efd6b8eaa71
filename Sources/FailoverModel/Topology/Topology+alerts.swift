/// Who is told of what is not in order, and of how runs go.
package struct AlertHook: Equatable, Sendable {
    /// How the body of the request is written.
    package enum Form: String, CaseIterable, Equatable, Sendable {
        /// Handover's own, with everything there is to say; signed where there is a secret.
        case json
        /// `{"text": …}`, which Slack and Mattermost take.
        case slack
        /// Alertmanager's `/api/v2/alerts`.
        case alertmanager
        /// A message in a Matrix room, by the client-server API.
        case matrix
    }

    /// What a hook is told of.
    package enum Subject: String, CaseIterable, Equatable, Sendable {
        /// What `handover watch` finds failing, and that it is over.
        case checks
        /// How runs go: begun, waiting for a person, past the pivot, stopped, done.
        case runs
    }

    /// The address of a chat's hook is a secret itself.
    package enum Address: Equatable, Sendable {
        case plain(String)
        case secret(SecretReference)
    }

    /// The room of the form `matrix`, and the account that writes there.
    package struct Room: Equatable, Sendable {
        /// `!opaque:example.org`; the address of the hook is its homeserver's.
        package var id: String
        package var token: SecretReference

        package init(id: String, token: SecretReference) {
            self.id = id
            self.token = token
        }
    }

    /// What it is called in messages.
    package var name: String
    package var form: Form
    package var url: Address
    /// The key of the HMAC-SHA-256 in `X-Handover-Signature`.
    package var secret: SecretReference?
    /// In the order of the file.
    package var tells: [Subject]
    /// There exactly where the form is `matrix`.
    package var room: Room?

    package init(
        name: String, form: Form, url: Address, secret: SecretReference? = nil, tells: [Subject] = Subject.allCases,
        room: Room? = nil
    ) {
        self.name = name
        self.form = form
        self.url = url
        self.secret = secret
        self.tells = tells
        self.room = room
    }
}
