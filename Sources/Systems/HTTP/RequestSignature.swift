import Crypto
import FailoverModel
import Foundation

/// The keys of an account at AWS, or at a system that is spoken to in the same way.
package struct AWSCredentials: Sendable {
    package var accessKey: Secret
    package var secretKey: Secret
    /// Only where the keys are lent for a time.
    package var sessionToken: Secret?

    package init(accessKey: Secret, secretKey: Secret, sessionToken: Secret? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }

    /// Throws where a value cannot be had, or cannot be an access key.
    init(_ keys: AWSKeys, from secrets: any SecretSource, at place: String) throws(Fault) {
        accessKey = try secrets.value(of: keys.accessKey)
        secretKey = try secrets.value(of: keys.secretKey)
        if let token = keys.sessionToken { sessionToken = try secrets.value(of: token) }
        // It is sent between "=" and "/" of a header.
        guard accessKey.reveal().utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"/,=".utf8.contains($0) }) else {
            throw Fault(
                .invalid, "the access key holds a character that no access key has", at: place,
                next: "Check the file or variable of accessKey: it holds the access key and nothing else.")
        }
    }
}

/// What libcurl signs a request with: AWS Signature Version 4.
package struct RequestSignature: Sendable {
    package var credentials: AWSCredentials
    /// `eu-central-1`; of letters, digits and `-`.
    package var region: String
    /// `s3`, `route53`.
    package var service: String

    package init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }
}

extension HTTPRequest {
    /// The request with what its signature covers. The body's digest is given here, because libcurl 7.88 sends none,
    /// and S3 wants it.
    ///
    /// The URL must be encoded as AWS does it (`URLText`), and the query's names in order: libcurl signs it as it stands.
    /// It signs every header too, so a request has none that something on the way may change, such as `User-Agent`. A
    /// body has its `Content-Type`, and less than the 1 MiB from which on libcurl asks first whether to send it (`Expect`).
    package func signed(with signature: RequestSignature) -> HTTPRequest {
        var request = self
        request.signature = signature
        let digest = SHA256.hash(data: body ?? Data()).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        request.headers.add("x-amz-content-sha256", digest.joined())
        if let token = signature.credentials.sessionToken {
            request.headers.add("x-amz-security-token", token.reveal())
        }
        return request
    }
}
