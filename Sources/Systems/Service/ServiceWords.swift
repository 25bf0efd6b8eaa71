import FailoverModel

/// The sentences about a whole acceptance list.
struct ServiceWords {
    let results: [ServiceResult]
    /// `through the ingress 192.0.2.10:443`; empty where only one address was asked.
    let way: String

    private var behind: String { way.isEmpty ? "" : " \(way)" }

    /// All is right, and what a person should know all the same.
    var right: String {
        let remarks = results.filter { $0.verdict != .right }.map(\.seen)
        let slowest = results.compactMap(\.milliseconds).max().map { ", the slowest in \($0) ms" } ?? ""
        let good = results.count { $0.verdict == .right }
        return (["\(good) of \(results.count) answers\(behind) are right\(slowest)"] + remarks).joined(separator: "; ")
    }

    /// What is not right, the first four of it.
    func wrong(_ wrong: [ServiceResult]) -> String {
        let shown = wrong.prefix(4).map(\.seen).joined(separator: "; ")
        let more = wrong.count > 4 ? "; and \(wrong.count - 4) more" : ""
        return "\(wrong.count) of \(results.count) answers\(behind) are not right: \(shown)\(more)"
    }
}
