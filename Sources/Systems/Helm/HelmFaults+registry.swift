import FailoverModel

extension HelmFaults {
    /// What a registry's refusal means; `nil` where Helm's last words are not about one.
    ///
    /// Seen with Docker's registry 2.8.2. Helm 3 and 4 have different words for the same answers.
    static func registryFault(_ errors: String, _ said: String, at place: String, chart: HelmChart) -> Fault? {
        func has(_ texts: String...) -> Bool { texts.contains { errors.contains($0) } }
        func fault(_ kind: Fault.Kind, _ what: String, _ next: String) -> Fault {
            Fault(kind, "\(what): \(said)", at: place, next: next)
        }
        let host = chart.reference.dropFirst(HelmChart.registryPrefix.count).prefix { $0 != "/" }
        let path = chart.reference.dropFirst(HelmChart.registryPrefix.count).drop { $0 != "/" }
        // Kubernetes has addresses with /v2/, too.
        let isAboutRegistry = has("/v2\(path)/", "pull access denied", "basic credential not found")
        if isAboutRegistry, has(" 401", " 403", "no basic auth credentials", "basic credential not found") {
            let isUnknown = has("no basic auth credentials", "basic credential not found")
            return fault(
                .forbidden, isUnknown ? "the registry asks for a login" : "the registry refuses the login",
                "Log in with: helm registry login \(host), or name a file with the login as loginFile below registry")
        }
        if isAboutRegistry, has("failed to verify certificate", "x509:") {
            return fault(
                .rejected, "the registry's certificate is not trusted",
                "Name the certificate of its authority as caCertificate below registry of the chart")
        }
        if isAboutRegistry, has("server gave HTTP response to HTTPS client") {
            return fault(
                .rejected, "the registry has no TLS",
                "Use a registry with TLS, or write plainHTTP: true below registry of the chart")
        }
        if isAboutRegistry, has("http://"), has(" 400") {
            return fault(.rejected, "the registry may want TLS", "Remove plainHTTP below registry of the chart")
        }
        if isAboutRegistry || has("lookup \(host.prefix { $0 != ":" })"),
            has(
                "connection refused", "i/o timeout", "no route to host", "TLS handshake timeout", "no such host",
                "network is unreachable", "connection reset", "EOF", " 429", " 500", " 502", " 503", " 504")
        {
            return fault(
                .unavailable, "the chart's registry does not answer",
                "See whether the registry answers, or name a local copy of the chart as reference")
        }
        if has("\(chart.reference.dropFirst(HelmChart.registryPrefix.count)):"), has(": not found") {
            return fault(
                .invalid, "the registry has no such chart or version",
                "Correct \"reference\" or \"version\" below \"chart\" in the topology")
        }
        return nil
    }
}
