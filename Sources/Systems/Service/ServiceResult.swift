import FailoverModel

/// What became of one item of the acceptance list.
struct ServiceResult: Equatable, Sendable {
    enum Verdict: Equatable, Sendable {
        case right
        /// It serves, and a person should know something of it.
        case remark
        /// It is not so, or not yet.
        case wrong
        /// It is wrong and will not become right by waiting. `rule` is for scripts.
        case lasting(rule: String)
    }

    var id: String
    var why: String
    var verdict: Verdict
    /// What was asked: `matrix.example.org/_matrix/client/versions`; empty where `found` says it.
    var subject: String
    /// What was found of it.
    var found: String
    /// What a person does about it; empty where nothing is to be done.
    var fix: String
    /// How long its answer took, where there was one.
    var milliseconds: Int64?
    /// The HTTP status of its answer, where there was one.
    var status: Int64?
    /// Why there was no answer.
    var fault: Fault?

    init(
        _ id: String, _ verdict: Verdict, _ found: String, about subject: String = "", why: String, fix: String = "",
        milliseconds: Int64? = nil, status: Int64? = nil
    ) {
        self.id = id
        self.why = why
        self.verdict = verdict
        self.subject = subject
        self.found = found
        self.fix = fix
        self.milliseconds = milliseconds
        self.status = status
    }

    init(_ item: AcceptanceItem, _ verdict: Verdict, _ found: String, fix: String = "", _ answer: HTTPResponse? = nil) {
        self.init(
            item.id, verdict, found, about: item.title, why: item.why, fix: fix, milliseconds: answer?.milliseconds,
            status: answer.map { Int64($0.status) })
    }

    /// What was seen, one sentence.
    var seen: String { subject.isEmpty ? found : "\(subject) \(found)" }

    var isWrong: Bool {
        switch verdict {
        case .right, .remark: false
        case .wrong, .lasting: true
        }
    }

    /// As a run remembers it.
    var facts: JSONValue {
        let word =
            switch verdict {
            case .right: "right"
            case .remark: "remark"
            case .wrong, .lasting: "wrong"
            }
        return ["id": .string(id), "verdict": .string(word), "seen": .string(seen)]
    }
}
