import FailoverModel
import RunEngine

/// Who holds a run, as JSON; `null` where nobody does.
enum ExecutorDocument {
    static func json(_ executor: Executor?, since: Moment?, _ liveness: Liveness?) -> JSONValue {
        guard let executor else { return .null }
        let (word, why): (String?, String?) =
            switch liveness {
            case .alive: ("alive", nil)
            case .gone(let why): ("gone", why)
            case .unknown(let why): ("unknown", why)
            case nil: (nil, nil)
            }
        return [
            "host": .string(executor.host), "pid": .integer(executor.pid), "since": JSONValue(since),
            "liveness": JSONValue(word), "why": JSONValue(why),
        ]
    }
}
