import CLibCURL
import FailoverModel
import Foundation

/// Says in plain words why a transfer has no complete answer, and whether the request may have taken effect.
///
/// libcurl's own texts are not shown: they may quote what the other side sent.
struct CurlFaults {
    let easy: UnsafeMutableRawPointer
    let request: HTTPRequest
    let target: HTTPTarget
    let answer: CurlAnswer
    /// libcurl's error text, only looked into.
    let libraryText: String

    var cancelled: Fault { cut("the request was cancelled", next: "Run it again.") }

    func fault(for code: CURLcode) -> Fault {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            unreachable("the name \(connectedHost) cannot be resolved", next: "Check the name and this machine's DNS.")
        case CURLE_COULDNT_RESOLVE_PROXY:
            unreachable("the proxy's name cannot be resolved", next: "Check proxy-url or HTTPS_PROXY.")
        case CURLE_COULDNT_CONNECT: notConnected
        case CURLE_OPERATION_TIMEDOUT: timedOut
        case CURLE_PEER_FAILED_VERIFICATION: untrusted
        case CURLE_SSL_CONNECT_ERROR: handshakeFailed
        case CURLE_SSL_CACERT_BADFILE:
            invalid(
                "the file of certificate authorities cannot be read",
                next: "Check that it exists and holds PEM certificates.")
        case CURLE_SSL_CERTPROBLEM:
            invalid(
                "the client certificate or its key cannot be used", next: "Check that both are PEM and belong together."
            )
        case CURLE_WRITE_ERROR where answer.isTooLarge:
            odd(
                "the answer is larger than \(request.limits.bodyBytes) bytes, or its headers are",
                next: "Check what answers there.")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL:
            odd("what answers does not speak HTTP", next: "Check host and port.")
        case CURLE_URL_MALFORMAT: invalid("the URL is malformed", next: "Correct it.")
        case CURLE_OUT_OF_MEMORY:
            Fault(.unavailable, "libcurl is out of memory", at: place, next: "Free memory, then try again.")
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: brokenOff
        default: cut("the transfer failed (libcurl code \(code.rawValue))", next: "Check the server and the way to it.")
        }
    }

    private var place: String { target.hostAndPort }
    private var connectedHost: String { request.route.connectTo?.host ?? target.host }

    private var notConnected: Fault {
        switch Int32(truncatingIfNeeded: long(CURLINFO_OS_ERRNO)) {
        case ECONNREFUSED:
            unreachable("the connection was refused", next: "Check that the server runs and the port is right.")
        case EHOSTUNREACH, ENETUNREACH:
            unreachable("there is no route to it", next: "Check the network to that site.", silence: .noRoute)
        case ETIMEDOUT:
            unreachable("it does not answer", next: "Check the network to that site, and firewalls.", silence: .late)
        default: unreachable("no connection could be made", next: "Check that the server runs and can be reached.")
        }
    }

    private var timedOut: Fault {
        wasSent
            ? cut(
                "no complete answer came within \(request.limits.totalMilliseconds) ms",
                next: "Check whether the server is overloaded or the network cut.", silence: .late)
            : unreachable(
                "it did not answer in time", next: "Check the network to that site, and firewalls.", silence: .late)
    }

    private var handshakeFailed: Fault {
        if let refusedIdentity { return refusedIdentity }
        if ["wrong version number", "http request", "packet length too long"].contains(where: libraryText.contains) {
            return invalid(
                "what answers there does not speak TLS", next: "Use the TLS port, or check the scheme of the URL.")
        }
        return unreachable("the TLS handshake failed", next: "Check that the server accepts TLS 1.2 or newer.")
    }

    /// The certificate's flaw, from OpenSSL's verification result (`X509_V_ERR_…` of `openssl/x509_vfy.h`).
    private var untrusted: Fault {
        let name = request.security.serverName ?? target.host
        // libcurl compares the names itself and leaves OpenSSL's result unspecified.
        let isOtherName = libraryText.contains("subject name") && libraryText.contains("match")
        let what =
            switch isOtherName ? 62 : long(CURLINFO_SSL_VERIFYRESULT) {
            case 9: "the server's certificate is not valid yet"
            case 10: "the server's certificate has expired"
            case 2, 18, 19, 20, 21, 27:
                "the server's certificate is signed by an authority that is not trusted (unknown CA)"
            case 23: "the server's certificate has been revoked"
            case 62, 64: "the server's certificate is for another name than \(name)"
            case let code: "the server's certificate is not accepted (OpenSSL verification code \(code))"
            }
        return invalid(what, next: "Check the certificate, the CA in the configuration, and both clocks.")
    }

    private var brokenOff: Fault {
        if long(CURLINFO_HTTP_CONNECTCODE) >= 300 {
            return unreachable(
                "the proxy refused the connection with \(long(CURLINFO_HTTP_CONNECTCODE))",
                next: "Check proxy-url and its rights.")
        }
        return refusedIdentity
            ?? cut("the connection broke before the answer was complete", next: "Check the server and the way to it.")
    }

    /// TLS 1.3 refuses a client's certificate only after the handshake, so it looks like a broken answer.
    private var refusedIdentity: Fault? {
        guard libraryText.contains("alert"),
            libraryText.contains("certificate") || libraryText.contains("unknown ca")
        else { return nil }
        return Fault(
            .forbidden, "the server refuses our client certificate, or wants one", at: place,
            next: "Check the client certificate: its authority, and whether it has expired.")
    }

    private func unreachable(_ what: String, next: String, silence: Fault.Silence? = nil) -> Fault {
        Fault(.unreachable, what, at: place, next: next, silence: silence)
    }

    private func invalid(_ what: String, next: String) -> Fault { Fault(.invalid, what, at: place, next: next) }

    private func cut(_ what: String, next: String, silence: Fault.Silence? = nil) -> Fault {
        request.method.isSafe || !wasSent
            ? unreachable(what, next: next, silence: silence)
            : Fault(
                .uncertain, "\(what); the request was sent and may have taken effect", at: place, next: next,
                silence: silence)
    }

    private func odd(_ what: String, next: String) -> Fault {
        request.method.isSafe || !wasSent ? invalid(what, next: next) : cut(what, next: next)
    }

    /// Whether bytes of the request itself (not of a proxy's CONNECT) went out.
    private var wasSent: Bool {
        guard long(CURLINFO_REQUEST_SIZE) > 0 else { return false }
        let ready = target.isSecure ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T
        return long(CURLINFO_NUM_CONNECTS) == 0 || offset(ready) > 0
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        _ = handover_curl_get_long(easy, info, &value)
        return value
    }

    private func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        _ = handover_curl_get_offset(easy, info, &value)
        return Int(value)
    }
}
