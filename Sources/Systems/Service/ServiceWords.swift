import FailoverModel

/// The sentences about a whole acceptance list.
struct ServiceWords {
    let results: [ServiceResult]
    /// `through the ingress 192.0.2.10:443`; empty where only one address was asked.
    let way: String

    private var behind: String { way.isEmpty ? "" : " \(way)" }

    /// All is right, and what a person should know all the same.
    var right: String {
        let keys = results.filter { $0.id == "server-key" && $0.verdict == .right }
        let remarks = (keys + results.filter { $0.verdict != .right }).map(\.seen)
        let slowest = results.compactMap(\.milliseconds).max().map { ", the slowest in \($0) ms" } ?? ""
        let good = results.count { $0.verdict == .right }
        return (["\(good) of \(results.count) answers\(behind) are right\(slowest)"] + remarks).joined(separator: "; ")
    }

    /// What is not right; the same trouble of several is told once.
    func wrong(_ wrong: [ServiceResult]) -> String {
        var troubles: [(found: String, subjects: [String])] = []
        for result in wrong {
            if !result.subject.isEmpty, let index = troubles.firstIndex(where: { $0.found == result.found }) {
                troubles[index].subjects.append(result.subject)
            } else {
                troubles.append((result.found, result.subject.isEmpty ? [] : [result.subject]))
            }
        }
        let shown = troubles.prefix(4).map { sentence($0.found, of: $0.subjects) }.joined(separator: "; ")
        let more = troubles.count > 4 ? "; and \(troubles.count - 4) more" : ""
        return "\(wrong.count) of \(results.count) answers\(behind) are not right: \(shown)\(more)"
    }

    private func sentence(_ found: String, of subjects: [String]) -> String {
        guard let first = subjects.first else { return found }
        return subjects.count == 1 ? "\(first) \(found)" : "\(first) and \(subjects.count - 1) more: each \(found)"
    }
}
