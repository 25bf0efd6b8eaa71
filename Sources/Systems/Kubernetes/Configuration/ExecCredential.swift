import FailoverModel
import Foundation

/// What a credential plugin printed: a token, a client certificate, or both, and until when.
struct ExecCredential: Sendable {
    var token: Secret?
    var identity: TLSSettings.Identity?
    var expiresAt: Date?

    private struct Document: Decodable {
        struct Status: Decodable {
            var token: String?
            var clientCertificateData: String?
            var clientKeyData: String?
            var expirationTimestamp: String?
        }
        var kind: String
        var apiVersion: String
        var status: Status?
    }

    init(_ output: Data, version: String, place: String, command: String) throws(Fault) {
        func invalid(_ what: String) -> Fault {
            Fault(
                .invalid, "the credential plugin \(command) \(what)", at: place,
                next: "Update the plugin, or make exec.apiVersion the one it speaks.")
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: output), document.kind == "ExecCredential"
        else { throw invalid("printed something that is not an ExecCredential") }
        guard document.apiVersion == version else { throw invalid("answered in another apiVersion than \(version)") }
        guard let status = document.status else { throw invalid("printed no status") }
        if let token = status.token, !token.isEmpty { self.token = Secret(token) }
        switch (status.clientCertificateData, status.clientKeyData) {
        case (let certificate?, let key?):
            identity = TLSSettings.Identity(
                certificate: .bytes(Data(certificate.utf8)), key: .bytes(Data(key.utf8)))
        case (nil, nil): break
        case (_?, nil), (nil, _?): throw invalid("printed only one of certificate and key")
        }
        guard token != nil || identity != nil else { throw invalid("printed neither token nor certificate") }
        if let time = status.expirationTimestamp {
            guard let moment = Moment(rfc3339: time) else {
                throw invalid("printed an expirationTimestamp that is no time")
            }
            expiresAt = Date(timeIntervalSince1970: Double(moment.microseconds) / 1_000_000)
        }
    }

    /// Without an expiry a credential lasts until the server refuses it, as in client-go.
    func isValid(at now: Date) -> Bool { expiresAt.map { now < $0 } ?? true }
}

extension Moment {
    /// RFC 3339 with any offset and fraction.
    fileprivate init?(rfc3339 text: String) {
        let styles: [Date.ISO8601FormatStyle] = [.iso8601, .iso8601.time(includingFractionalSeconds: true)]
        for style in styles {
            if let date = try? Date(text, strategy: style) {
                self.init(microseconds: Int64(date.timeIntervalSince1970 * 1_000_000))
                return
            }
        }
        return nil
    }
}
