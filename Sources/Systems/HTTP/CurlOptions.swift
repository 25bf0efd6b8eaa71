import CLibCURL
import Foundation

/// Turns a request into libcurl's options; stops at the first that is not accepted.
struct CurlOptions {
    let handle: UnsafeMutableRawPointer
    private var result = CURLE_OK
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    init(handle: UnsafeMutableRawPointer) { self.handle = handle }

    /// The lists are libcurl's to read until the transfer is over.
    mutating func free() {
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }

    mutating func set(
        _ request: HTTPRequest, _ target: HTTPTarget, _ answer: CurlAnswer, _ errorBuffer: UnsafeMutablePointer<CChar>
    ) -> CURLcode {
        result = first(handover_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorBuffer))
        setBehaviour(request)
        setAddress(request, target)
        setSecurity(request.security)
        setMessage(request, target)
        setSignature(request.signature)
        result = first(handover_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, CurlAnswer.headerReceiver))
        result = first(handover_curl_set_pointer(handle, CURLOPT_HEADERDATA, answer.context))
        result = first(handover_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, CurlAnswer.bodyReceiver))
        result = first(handover_curl_set_pointer(handle, CURLOPT_WRITEDATA, answer.context))
        return result
    }

    private mutating func setBehaviour(_ request: HTTPRequest) {
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_QUICK_EXIT, 1)  // do not wait for a resolver thread that hangs
        number(CURLOPT_FOLLOWLOCATION, 0)
        number(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        number(CURLOPT_HTTP09_ALLOWED, 0)
        number(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        number(CURLOPT_NETRC, 0)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        number(CURLOPT_TIMEOUT_MS, max(1, request.limits.totalMilliseconds))
        number(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.limits.connectMilliseconds))
        number(CURLOPT_TCP_KEEPALIVE, 1)
        // On a connection that died while it was idle libcurl sends the request again. A write must not be sent twice.
        // A certificate is shown only in a whole handshake.
        number(CURLOPT_FRESH_CONNECT, request.method.isSafe && !request.wantsCertificate ? 0 : 1)
        number(CURLOPT_SSL_SESSIONID_CACHE, request.wantsCertificate ? 0 : 1)
        number(CURLOPT_CERTINFO, request.wantsCertificate ? 1 : 0)
    }

    private mutating func setAddress(_ request: HTTPRequest, _ target: HTTPTarget) {
        let route = request.route.connectTo
        let (host, port) = (route?.host ?? target.host, route?.port ?? target.port)
        let name = request.security.serverName.flatMap { target.isSecure ? $0 : nil } ?? target.host
        if route != nil || name != target.host {
            // Name and SNI come from the URL, so the URL takes the name and the connection goes elsewhere.
            let (from, to) = (HTTPTarget.bracketed(name), HTTPTarget.bracketed(host))
            list(CURLOPT_CONNECT_TO, ["\(from):\(target.port):\(to):\(port)"])
        }
        let scheme = target.isSecure ? "https" : "http"
        text(CURLOPT_URL, "\(scheme)://\(HTTPTarget.bracketed(name)):\(target.port)\(target.rest)")
        number(CURLOPT_PATH_AS_IS, 1)
        switch request.route.proxy {
        case .fromEnvironment: if target.isThisMachine { text(CURLOPT_PROXY, "") }
        case .none: text(CURLOPT_PROXY, "")
        case .url(let url):
            text(CURLOPT_PROXY, url)
            text(CURLOPT_NOPROXY, "")
        }
    }

    private mutating func setSecurity(_ security: TLSSettings) {
        number(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        number(CURLOPT_SSL_VERIFYPEER, security.isVerified ? 1 : 0)
        number(CURLOPT_SSL_VERIFYHOST, security.isVerified ? 2 : 0)
        if let authorities = security.authorities {
            text(CURLOPT_CAPATH, nil)  // the given authorities only, not the system's folder in addition
            pem(authorities, file: CURLOPT_CAINFO, bytes: CURLOPT_CAINFO_BLOB)
        }
        if let identity = security.identity {
            pem(identity.certificate, file: CURLOPT_SSLCERT, bytes: CURLOPT_SSLCERT_BLOB)
            pem(identity.key, file: CURLOPT_SSLKEY, bytes: CURLOPT_SSLKEY_BLOB)
        }
    }

    private mutating func setMessage(_ request: HTTPRequest, _ target: HTTPTarget) {
        if request.method == .head { number(CURLOPT_NOBODY, 1) }
        if let body = request.body, !body.isEmpty {
            result = first(body.withUnsafeBytes { handover_curl_set_body(handle, $0.baseAddress, $0.count) })
        }
        text(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        var lines = request.headers.fields.map { "\($0.name): \($0.value)" }
        // Takes libcurl's own headers away; but it would sign them, and what is signed and not sent makes a wrong signature.
        if request.signature == nil {
            lines.append("Expect:")
            if request.body != nil, request.headers["content-type"] == nil { lines.append("Content-Type:") }
        }
        if request.headers["host"] == nil {
            let isUsual = target.port == (target.isSecure ? 443 : 80)
            lines.append("Host: \(isUsual ? HTTPTarget.bracketed(target.host) : target.hostAndPort)")
        }
        list(CURLOPT_HTTPHEADER, lines)
    }

    private mutating func setSignature(_ signature: RequestSignature?) {
        guard let signature else { return }
        text(CURLOPT_USERNAME, signature.credentials.accessKey.reveal())
        text(CURLOPT_PASSWORD, signature.credentials.secretKey.reveal())
        text(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
    }

    private mutating func pem(_ pem: TLSSettings.PEM, file: CURLoption, bytes: CURLoption) {
        switch pem {
        case .file(let path): text(file, path)
        case .bytes(let data):
            result = first(data.withUnsafeBytes { handover_curl_set_blob(handle, bytes, $0.baseAddress, $0.count) })
        }
    }

    private mutating func number(_ option: CURLoption, _ value: some BinaryInteger) {
        result = first(handover_curl_set_long(handle, option, Int(value)))
    }

    private mutating func text(_ option: CURLoption, _ value: String?) {
        result = first(handover_curl_set_string(handle, option, value))
    }

    private mutating func list(_ option: CURLoption, _ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                result = first(CURLE_OUT_OF_MEMORY)
                return
            }
            list = longer
        }
        if let list { lists.append(list) }
        result = first(handover_curl_set_list(handle, option, list))
    }

    private func first(_ code: CURLcode) -> CURLcode { result == CURLE_OK ? code : result }
}
