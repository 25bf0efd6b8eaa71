/// Where `handover watch` tells of what is not in order.
package struct AlertHook: Equatable, Sendable {
    /// How the body of the request is written.
    package enum Form: String, CaseIterable, Equatable, Sendable {
        /// Handover's own, with everything a check says; signed where there is a secret.
        case json
        /// `{"text": …}`, which Slack and Mattermost take.
        case slack
        /// Alertmanager's `/api/v2/alerts`.
        case alertmanager
    }

    /// The address of a chat's hook is a secret itself.
    package enum Address: Equatable, Sendable {
        case plain(String)
        case secret(SecretReference)
    }

    /// What it is called in messages.
    package var name: String
    package var form: Form
    package var url: Address
    /// The key of the HMAC-SHA-256 in `X-Handover-Signature`.
    package var secret: SecretReference?

    package init(name: String, form: Form, url: Address, secret: SecretReference? = nil) {
        self.name = name
        self.form = form
        self.url = url
        self.secret = secret
    }
}
