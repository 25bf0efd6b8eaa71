import FailoverModel
package import Foundation

/// Whom a TLS connection trusts and who it says it is. TLS 1.2 is the least; certificates are verified unless told not to.
package struct TLSSettings: Equatable, Sendable {
    /// A file's path, or its PEM bytes. A file is read anew for every connection, so a renewed one is taken up.
    package enum PEM: Equatable, Sendable {
        case file(String)
        case bytes(Data)
    }

    package struct Identity: Equatable, Sendable {
        package var certificate: PEM
        package var key: PEM

        package init(certificate: PEM, key: PEM) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The only authorities trusted; `nil` trusts the system's.
    package var authorities: PEM?
    package var identity: Identity?
    /// The name to ask for (SNI) and to verify, where it is not the URL's host.
    package var serverName: String?
    /// False only where a person has said so in the topology.
    package var isVerified: Bool

    package init(
        authorities: PEM? = nil, identity: Identity? = nil, serverName: String? = nil, isVerified: Bool = true
    ) {
        self.authorities = authorities
        self.identity = identity
        self.serverName = serverName
        self.isVerified = isVerified
    }
}

extension TLSSettings: CustomStringConvertible, CustomReflectable {
    package var description: String { isVerified ? "TLS, verified" : "TLS, not verified" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension TLSSettings {
    /// Trusts the authorities of a file that the topology names, or the system's where it names none.
    static func trusting(_ file: String?, key: String, at place: String) throws(Fault) -> TLSSettings {
        guard let file else { return TLSSettings() }
        guard FileManager.default.isReadableFile(atPath: file) else {
            throw Fault(
                .invalid, "the file of \(key) cannot be read: \(file)", at: place,
                next: "Put the file there, or correct the topology.")
        }
        return TLSSettings(authorities: .file(file))
    }
}
