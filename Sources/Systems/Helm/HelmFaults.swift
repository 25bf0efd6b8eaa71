import FailoverModel

/// What Helm's last words mean. Seen with Helm 3.17.3 and the library of Helm 4.2.3.
enum HelmFaults {
    static func fault(_ ended: ProgramCall.Ended, at place: String, release: String, chart: HelmChart) -> Fault {
        let lines = ended.errors.split(whereSeparator: \.isNewline)
            .map { $0.trimmingPrefix("Error: ").trimmingPrefix("UPGRADE FAILED: ") }
            // Helm 4's log begins its lines with a level; its error is said once more below.
            .filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("WARNING:") && !$0.hasPrefix("level=") }
        // The beginning names what failed; a long list of reasons is cut.
        let said = lines.suffix(6).map { $0.trimmingPrefix(while: \.isWhitespace).onOneLine(limit: 300) }
            .joined(separator: "; ").withoutQuotedValues.onOneLine(limit: 800)
        guard ended.status != nil else {
            return Fault(
                .uncertain, "a signal ended it, and it said: \(said)", at: place,
                next: "See who ended it, then resume: the release is looked at first")
        }
        func has(_ texts: String...) -> Bool { texts.contains { ended.errors.contains($0) } }
        if chart.isRemote, !has("cluster unreachable"),
            let fault = registryFault(ended.errors, said, at: place, chart: chart)
        {
            return fault
        }
        if has(
            "cluster unreachable", "connection refused", "i/o timeout", "no route to host", "TLS handshake timeout",
            "network is unreachable")
        {
            return Fault(
                .unreachable, said, at: place, next: "See whether the site's Kubernetes API answers, then resume")
        }
        if has("another operation (install/upgrade/rollback) is in progress") {
            return Fault(
                .conflict, said, at: place, next: "Wait for the other Helm's end; see: helm history \(release)")
        }
        if has("hooks failed") {
            return Fault(
                .rejected, said, at: place,
                next: has("timed out waiting", "deadline exceeded")
                    ? "See why the hook's pod does not end (kubectl get jobs,pods), then resume"
                    : "See the hook's own words with kubectl logs job/NAME, then resume")
        }
        if has("don't meet the specifications of the schema") {
            return Fault(
                .rejected, said, at: place, next: "Correct the values files, or the chart's version in the topology")
        }
        if has("is forbidden") {
            return Fault(.forbidden, said, at: place, next: "Bind a Role with these rights to the kubeconfig's user")
        }
        if has("timed out waiting", "context deadline exceeded") {
            return Fault(.uncertain, said, at: place, next: "Resume: the release is looked at before anything is done")
        }
        if has(
            "not found", "no such file", "failed to download", "failed to parse", "Chart.yaml file is missing",
            "gzipped archive")
        {
            return Fault(.invalid, said, at: place, next: "Correct \"chart\" or \"values\" in the topology")
        }
        return Fault(
            .rejected, said.isEmpty ? "it failed and said nothing" : said, at: place,
            next: "Run it by hand to see more, then resume")
    }
}

extension String {
    /// Parsers and the API server quote what they do not understand, and that may be a secret in a wrong place.
    fileprivate var withoutQuotedValues: String {
        replacing(/`[^`]*`/, with: "`…`").replacing(/Invalid value: "[^"]*"/, with: "Invalid value: \"…\"")
    }
}
