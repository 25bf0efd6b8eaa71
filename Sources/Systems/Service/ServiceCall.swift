import FailoverModel

/// One request of the acceptance list, sent and judged.
struct ServiceCall: Sendable {
    let inspection: ServiceInspection
    let item: AcceptanceItem
    let route: Result<HTTPRoute, Fault>
    let security: TLSSettings
    let bearer: Secret?
    /// Whether it is the first to its host, and brings the certificate.
    let isFirst: Bool

    func asked() async -> ServiceInspection.Asked {
        do throws(Fault) {
            let answer = try await inspection.access.http.send(try request(route.get()))
            let host = if let named = item.host { named } else { try HTTPTarget(url: item.url).host }
            return .init(
                result: await judge(answer), host: host,
                certificate: answer.certificate, certificateDays: item.certificateDays)
        } catch {
            let words = words(for: error) + (await shownCertificate(error))
            var result = ServiceResult(item, .wrong, words, fix: error.next)
            result.fault = error
            return .init(result: result)
        }
    }

    private func request(_ route: HTTPRoute) throws(Fault) -> HTTPRequest {
        var headers: HTTPHeaders = ["User-Agent": "handover"]
        if item.isProbes, let bearer { headers.add("Authorization", bearer.reveal()) }
        var request = HTTPRequest(
            .get, item.url, headers: headers, limits: ServiceAccess.limits, security: security, route: route)
        request.wantsCertificate = isFirst
        return request
    }

    /// A name that leads elsewhere is said of the host; what has no answer, of the request.
    private func words(for fault: Fault) -> String {
        fault.place == item.host ? "is not asked: its name \(fault.what)" : "does not answer: \(fault.what)"
    }

    private func judge(_ answer: HTTPResponse) async -> ServiceResult {
        let judgement = AnswerJudgement(item: item, answer: answer)
        if let flaw = judgement.flaw { return .init(item, .wrong, flaw.seen, fix: flaw.fix, answer) }
        if item.isServerKey, let json = judgement.json {
            var result = await PublishedKey(inspection: inspection, item: item, answer: json).result()
            result.milliseconds = answer.milliseconds
            result.status = Int64(answer.status)
            return result
        }
        return .init(item, .right, "answers \(answer.status)", answer)
    }

    /// What a certificate that is not accepted says of itself, looked at without trusting it, and without the token.
    private func shownCertificate(_ fault: Fault) async -> String {
        guard fault.kind == .invalid, fault.what.contains("certificate"), case .success(let route) = route else {
            return ""
        }
        var unverified = security
        unverified.isVerified = false
        var request = HTTPRequest(
            .get, item.url, headers: ["User-Agent": "handover"], limits: ServiceAccess.limits, security: unverified,
            route: route)
        request.wantsCertificate = true
        guard let shown = try? await inspection.access.http.send(request).certificate else { return "" }
        let names = shown.names.isEmpty ? "no name" : shown.names.prefix(8).joined(separator: ", ")
        return
            " (it is for \(names.onOneLine(limit: 200)), signed by \(shown.issuer.onOneLine(limit: 100)), valid until "
            + "\(shown.expiresAt.description.prefix(10)))"
    }
}
