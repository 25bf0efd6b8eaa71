import FailoverModel
import Foundation

extension HelmChart.Registry {
    /// What tells Helm how to reach the registry: paths, and never what is in the files.
    ///
    /// Helm takes a login file that is not there for one without logins, and fails later with words about access.
    func words(at place: String) throws(Fault) -> [String] {
        var words: [String] = []
        if let caCertificate { words += ["--ca-file", caCertificate] }
        if let loginFile {
            let next = "Make it with: helm registry login HOST --registry-config \(loginFile)"
            guard let bytes = FileManager.default.contents(atPath: loginFile) else {
                throw Fault(
                    .invalid, "the loginFile of the registry, \(loginFile), cannot be read", at: place, next: next)
            }
            guard (try? JSONSerialization.jsonObject(with: bytes)) is [String: Any] else {
                throw Fault(
                    .invalid, "the loginFile of the registry, \(loginFile), is not a JSON object", at: place, next: next
                )
            }
            words += ["--registry-config", loginFile]
        }
        if isPlainHTTP { words.append("--plain-http") }
        return words
    }
}
